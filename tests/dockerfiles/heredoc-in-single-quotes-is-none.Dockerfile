FROM alpine
RUN sh -c 'cat <<EOF > /a\n\
x\n\
EOF'
USER x
