# FROM python:3.9
FROM python:3.10
#WORKDIR /old
WORKDIR /app
  # indented remark
COPY . .
#RUN pip install -r requirements-dev.txt
RUN pip install -r requirements.txt
# CMD ["python", "old.py"]
#CMD python old.py \
#    --debug
CMD ["python", "new.py"]
# EXPOSE 80
