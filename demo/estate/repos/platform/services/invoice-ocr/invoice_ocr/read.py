import os

from mistralai import Mistral

client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])


def read(url: str) -> str:
    page = client.ocr.process(model="mistral-ocr-latest", document={"type": "document_url", "document_url": url})
    return page.pages[0].markdown
