# The gateway alone: PostgreSQL runs beside it (compose.yaml). See docs/deployment.md for what was and was not tested.
FROM node:22-slim AS dashboard
WORKDIR /src
COPY dashboard/ dashboard/
RUN cd dashboard && npm ci --no-audit --no-fund && npm run -s build

FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY requirements/build.lock requirements/core.lock requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.lock
RUN python -m venv /opt/perpetuo && /opt/perpetuo/bin/pip install --no-cache-dir --require-hashes -r requirements/core.lock
COPY pyproject.toml README.md LICENSE hatch_build.py ./
COPY src/ src/
COPY --from=dashboard /src/src/perpetuo/dashboard/ src/perpetuo/dashboard/
RUN PERPETUO_SKIP_DASHBOARD=1 /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /opt/wheel .
RUN /opt/perpetuo/bin/pip install --no-cache-dir --no-deps --no-index /opt/wheel/*.whl

FROM python:3.13-slim-trixie
COPY --from=build /opt/perpetuo /opt/perpetuo
# Journals live here: mount a volume, or what a stopped container had not yet written to the database is lost with it.
# Sticky and open like /tmp, so that the container runs under any uid and gid.
RUN mkdir -m 1777 /data
ENV PATH=/opt/perpetuo/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PERPETUO_HOST=0.0.0.0 \
    PERPETUO_PORT=3000 \
    PERPETUO_DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 3000
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["perpetuo", "doctor", "--live"]
ENTRYPOINT ["perpetuo"]
CMD ["serve"]
