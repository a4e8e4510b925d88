FROM alpine:3.19 AS tools
ARG TERRAFORM_VERSION=1.7.5 \
    KUBECTL_VERSION=1.29.2
RUN apk add --no-cache curl unzip
RUN curl -sSLo /tmp/tf.zip "https://releases.hashicorp.com/terraform/${TERRAFORM_VERSION}/terraform_${TERRAFORM_VERSION}_linux_amd64.zip" \
 && unzip /tmp/tf.zip -d /usr/local/bin \
 && curl -sSLo /usr/local/bin/kubectl "https://dl.k8s.io/release/v$KUBECTL_VERSION/bin/linux/amd64/kubectl" \
 && chmod +x /usr/local/bin/*
