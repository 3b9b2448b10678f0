"""validate_json.py SCHEMAS: reads JSON documents of gctool from standard input, one after the other, and checks each against the schema that
it names, SCHEMAS/VERB.schema.json. A member that the schema does not describe is an error here, so that schema and output go together."""

import json
import pathlib
import sys

import jsonschema


def closed(schema):
    """The schema without room for members that it does not describe."""
    if isinstance(schema, dict):
        schema = {key: closed(value) for key, value in schema.items()}
        if "properties" in schema:
            schema["additionalProperties"] = False
        return schema
    return [closed(item) for item in schema] if isinstance(schema, list) else schema


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        yield document


def main():
    schemas = pathlib.Path(sys.argv[1])
    count = 0
    for document in documents(sys.stdin.read()):
        _, verb, _ = document["schema"].split(".")
        schema = json.loads((schemas / f"{verb}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(closed(schema)).validate(document)
        print("valid", document["schema"])
        count += 1
    if count == 0:
        sys.exit("no document")


main()
