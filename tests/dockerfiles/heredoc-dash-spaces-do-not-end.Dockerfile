FROM alpine
RUN <<-EOF
    EOF
	echo
	EOF
USER x
