ARG OWNER=jupyter
ARG BASE_CONTAINER=quay.io/$OWNER/scipy-notebook
FROM $BASE_CONTAINER
LABEL maintainer="Data <data@example.com>"
# Fix: https://github.com/hadolint/hadolint/wiki/DL4006
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
USER root
RUN apt-get update --yes && \
    apt-get install --yes --no-install-recommends \
    fonts-dejavu && \
    apt-get clean && rm -rf /var/lib/apt/lists/*
USER ${NB_UID}
RUN mamba install --yes \
    'r-base' \
    'r-irkernel=1.3*' && \
    mamba clean --all -f -y && \
    fix-permissions "${CONDA_DIR}"
