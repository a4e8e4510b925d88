FROM continuumio/miniconda3
WORKDIR /app
COPY environment.yml .
RUN conda env create -f environment.yml
SHELL ["conda", "run", "-n", "app", "/bin/bash", "-c"]
RUN echo "Make sure flask is installed:" && \
    python -c "import flask"
COPY run.py .
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "app", "python", "run.py"]
