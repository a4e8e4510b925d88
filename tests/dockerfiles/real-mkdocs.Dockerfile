FROM squidfunk/mkdocs-material:9
COPY requirements.txt /docs/
RUN pip install -r requirements.txt
EXPOSE 8000
CMD ["serve", "--dev-addr=0.0.0.0:8000"]
