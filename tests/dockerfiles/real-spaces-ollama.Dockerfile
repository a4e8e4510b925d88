FROM ubuntu:22.04
RUN apt-get update && apt-get install -y curl python3 python3-pip
RUN curl -fsSL https://ollama.com/install.sh | sh
RUN ollama serve & sleep 5 && ollama pull tinyllama
COPY . /app
WORKDIR /app
RUN pip3 install -r requirements.txt
CMD ollama serve & sleep 5; python3 app.py
