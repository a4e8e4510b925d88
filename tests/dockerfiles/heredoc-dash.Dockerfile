FROM alpine
RUN <<-EOF
	echo a
		COPY b c
	EOF
USER x
