# One image for the API and the workers; docker-compose.yml says which command.
FROM python:3.13-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY . .
RUN uv sync --frozen --no-dev --package gridwitness-cli

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="GridWitness" org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 gridwitness \
    && useradd --system --uid 10001 --gid 10001 --home-dir /var/lib/gridwitness --shell /usr/sbin/nologin gridwitness \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/gridwitness
# The program belongs to root and cannot change itself.
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GRIDWITNESS_HOME=/var/lib/gridwitness
WORKDIR /var/lib/gridwitness
USER 10001:10001
EXPOSE 8000
CMD ["gridwitness", "--help"]
