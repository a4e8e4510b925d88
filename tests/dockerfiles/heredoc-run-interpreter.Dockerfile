FROM python:3
RUN python3 <<EOF
print('a')
# no comment
EOF
RUN <<EOF python3
print('b')
EOF
CMD ["a"]
