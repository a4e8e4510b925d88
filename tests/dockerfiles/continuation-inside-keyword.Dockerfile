FROM alpine
RU\
N a
US\
ER x
