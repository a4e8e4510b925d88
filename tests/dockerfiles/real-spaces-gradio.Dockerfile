FROM python:3.10-slim
ENV GRADIO_SERVER_NAME="0.0.0.0" GRADIO_SERVER_PORT=7860
RUN mkdir -p /data/cache && chmod 777 /data/cache
ENV HF_HOME /data/cache
WORKDIR /home/user/app
COPY . .
RUN pip install -r requirements.txt
EXPOSE 7860
CMD ["python", "app.py"]
