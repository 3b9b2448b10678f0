# docs/man/NAME.scd becomes NAME: scdoc, after the line '@generated@' was replaced by what 'gctool help --man' says of the verb, so that
# options stand in one table. Shell completion likewise comes from the built gctool. Included by gctool/CMakeLists.txt.
find_program(SCDOC scdoc REQUIRED)
set(generated_dir ${PROJECT_BINARY_DIR}/share)
set(documents)

# man_page(FILE WORD...): adds the page; `gctool help --man WORD...` is its generated part.
function(man_page file)
    get_filename_component(page ${file} NAME_WLE) # gctool-report.1
    get_filename_component(section ${page} LAST_EXT)
    string(SUBSTRING ${section} 1 -1 section)
    set(made ${generated_dir}/man/man${section}/${page})
    add_custom_command(OUTPUT ${made}
        COMMAND ${CMAKE_COMMAND} -D GCTOOL=$<TARGET_FILE:gctool> "-D WORDS=${ARGN}" -D SCDOC=${SCDOC}
            -D SOURCE=${file} -D MADE=${made} -P ${PROJECT_SOURCE_DIR}/cmake/man_page_make.cmake
        DEPENDS ${file} gctool ${PROJECT_SOURCE_DIR}/cmake/man_page_make.cmake VERBATIM)
    install(FILES ${made} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
    set(documents ${documents} ${made} PARENT_SCOPE)
endfunction()

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.scd)
foreach(page IN LISTS pages)
    get_filename_component(name ${page} NAME)
    string(REGEX MATCH "^gctool-([a-z]+)\\.1" verb ${name})
    man_page(${page} ${CMAKE_MATCH_1})
endforeach()

# completion(SHELL FILE FOLDER)
function(completion shell file folder)
    set(made ${generated_dir}/${folder}/${file})
    add_custom_command(OUTPUT ${made}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${generated_dir}/${folder}
        COMMAND ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0 $<TARGET_FILE:gctool> completion ${shell} > ${made}
        DEPENDS gctool VERBATIM)
    install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder})
    set(documents ${documents} ${made} PARENT_SCOPE)
endfunction()
completion(bash gctool bash-completion/completions)
completion(zsh _gctool zsh/site-functions)

file(GLOB formats CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/formats/*)
install(FILES ${formats} DESTINATION ${CMAKE_INSTALL_DOCDIR}/formats)

add_custom_target(documents ALL DEPENDS ${documents})
