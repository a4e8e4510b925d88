#!/usr/bin/env docker
# syntax=a
FROM a
RUN b
