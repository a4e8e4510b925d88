FROM mcr.microsoft.com/devcontainers/python:1-3.12-bullseye
# [Optional] If your requirements rarely change, uncomment this section.
# COPY requirements.txt /tmp/pip-tmp/
# RUN pip3 --disable-pip-version-check --no-cache-dir install -r /tmp/pip-tmp/requirements.txt \
#    && rm -rf /tmp/pip-tmp
RUN su vscode -c "umask 0002 && . /usr/local/share/nvm/nvm.sh && nvm install 20 2>&1"
