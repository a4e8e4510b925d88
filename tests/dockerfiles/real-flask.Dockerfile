FROM python:3-onbuild
MAINTAINER Jo Doe <jo@example.com>
EXPOSE 5000
CMD ["python", "./app.py"]
