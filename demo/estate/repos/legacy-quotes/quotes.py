# Kept alive for two customers. Moves to doc-search next quarter.
import openai

openai.api_key = "@KEY:openai-legacy-key:1@"


def quote(text):
    return openai.Completion.create(model="text-davinci-003", prompt=text, max_tokens=200)
