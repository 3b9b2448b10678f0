/* What test_roots.c loads: globals in .data and in .bss that a program keeps its objects in. */
void *plugin_data[2] = {plugin_data, plugin_data};
void *plugin_bss[2];
