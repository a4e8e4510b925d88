FROM python:3.11-slim
WORKDIR /app
RUN --mount=type=secret,id=HF_TOKEN,mode=0444,required=true \
 git init && \
 git remote add origin https://user:$(cat /run/secrets/HF_TOKEN)@example.com/private.git
COPY . .
EXPOSE 7860
CMD ["python", "app.py"]
