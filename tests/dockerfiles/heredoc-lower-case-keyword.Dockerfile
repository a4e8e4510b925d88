FROM alpine
run <<EOF
x
EOF
copy <<EOF /a
y
EOF
user x
