# check=skip=JSONArgsRecommended;error=true
# syntax=docker/dockerfile:1
FROM python:3.12
CMD python app.py
