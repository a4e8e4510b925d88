FROM alpine
RUN cat << EOF > /a
USER x
