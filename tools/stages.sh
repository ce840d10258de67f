# The stages of ./test. Each one reports with `ok NAME`, `bad NAME [LOG]` or `skip NAME REASON`.
# shellcheck shell=bash
passed=0 failed=0 skipped=0
failures=()
jobs=$(nproc)
shared=${STANCE_SHARED:-$PWD/../shared}

ok() { passed=$((passed + 1)); }
bad() {
  failed=$((failed + 1))
  failures+=("$1")
  printf '   FAILED %s\n' "$1"
  [ -z "${2:-}" ] || tail -n 40 "$2" | sed 's/^/   | /'
}
skip() {
  # A test that needs the shared material may be skipped on a bare clone, never where it is there.
  if [ -d "$shared" ]; then bad "$1 (skipped: $2)"; else skipped=$((skipped + 1)); printf '   skipped %s: %s\n' "$1" "$2"; fi
}
check() { # NAME COMMAND...
  local name=$1 log=build-test/check.log
  shift
  if "$@" >"$log" 2>&1; then ok; else bad "$name" "$log"; fi
}

# --- PostgreSQL on loopback for the control tests --------------------------------------------
pg_dir=
start_postgres() {
  [ -z "${STANCE_TEST_PG:-}" ] || return 0
  local bin=/usr/lib/postgresql/15/bin log=$PWD/build-test/postgres.log port as=
  pg_dir=$(mktemp -d "$TMPDIR/stance-pg.XXXXXX") || return 1
  if [ "$(id -u)" -eq 0 ]; then
    as="setpriv --reuid=postgres --regid=postgres --clear-groups"
    chown postgres "$pg_dir"
  fi
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  (cd "$pg_dir" && $as $bin/initdb -D data -A trust -U stance --no-sync --locale=C.UTF-8 &&
    $as $bin/pg_ctl -D data -w -l server.log \
      -o "-h 127.0.0.1 -p $port -c unix_socket_directories= -c fsync=off -c jit=off" start) >"$log" 2>&1 || {
    tail -n 20 "$log" "$pg_dir/server.log" 2>/dev/null
    return 1
  }
  export STANCE_TEST_PG="postgres://stance@127.0.0.1:$port/postgres"
}
stop_postgres() {
  [ -n "$pg_dir" ] || return 0
  local as=
  [ "$(id -u)" -ne 0 ] || as="setpriv --reuid=postgres --regid=postgres --clear-groups"
  (cd / && $as /usr/lib/postgresql/15/bin/pg_ctl -D "$pg_dir/data" -m immediate stop >/dev/null 2>&1)
  rm -rf "$pg_dir"
  pg_dir=
}
trap stop_postgres EXIT

# --- builds -----------------------------------------------------------------------------------
build() { # DIR CC TARGETS OPTIONS...
  local dir=build-test/$1 cc=$2 targets=$3
  shift 3
  if [ ! -f "$dir/build.ninja" ]; then
    rm -rf "$dir"
    CC="ccache $cc" meson setup "$dir" -Dwerror=true "$@" >build-test/setup.log 2>&1 || {
      bad "configure $dir" build-test/setup.log
      return 1
    }
  fi
  # shellcheck disable=SC2086
  ninja -C "$dir" -j "$jobs" $targets >build-test/ninja.log 2>&1 || {
    grep -v '^\[' build-test/ninja.log >build-test/err.log
    bad "build $dir" build-test/err.log
    return 1
  }
}
meson_tests() { # DIR LABEL [meson test options...]
  local dir=build-test/$1 label=$2 line name result n=0
  shift 2
  rm -f "$dir/meson-logs/testlog.json"
  meson test -C "$dir" --no-rebuild --num-processes "$jobs" "$@" >build-test/meson.log 2>&1
  while IFS=$'\t' read -r result name; do
    n=$((n + 1))
    case $result in
    OK | EXPECTEDFAIL) ok ;;
    SKIP) skip "$label: $name" "the test says so" ;;
    *) python3 tools/testlog.py "$dir" "$name" >build-test/one.log; bad "$label: $name" build-test/one.log ;;
    esac
  done < <(python3 tools/testlog.py "$dir" 2>&1)
  [ $n -gt 0 ] || bad "$label: no test was run" build-test/meson.log
}
# The whole loop, workers in their sandbox included, must end well and report nothing.
sanitized_scan() { # DIR NAME
  local work=build-test/scan log=build-test/scan.log status=0
  rm -rf "$work" && demo/make "$work" && XDG_DATA_HOME=$PWD/build-test/data \
    "build-test/$1/stance" scan --db :memory: --threads 4 --allow-weak-sandbox --format json \
    --evidence all --fail-on never "$work" >build-test/scan.json 2>"$log" || status=$?
  if [ $status -ne 0 ] && [ $status -ne 3 ]; then
    echo "status $status" >>"$log"
    bad "$2" "$log"
  elif grep -qE 'Sanitizer|runtime error' "$log"; then
    bad "$2" "$log"
  else
    ok
  fi
}

stage_checks() {
  check "layers: includes flow downwards" python3 tools/check_layers.py
  check "shape: files and functions keep their size" python3 tools/check_shape.py
  check "format: clang-format changes nothing" tools/check_format
  check "text: nothing unfinished or private is committed" tools/check_text
}
stage_unit() {
  build gcc gcc all || return
  start_postgres || bad "PostgreSQL starts on loopback"
  meson_tests gcc unit
}
# clang with its warnings as errors, AddressSanitizer (leaks too) and UBSan.
stage_asan() {
  build asan clang-14 all -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 || return
  start_postgres || bad "PostgreSQL starts on loopback"
  local -x ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  meson_tests asan "address, undefined" --no-suite slow --timeout-multiplier 5
  # PostgreSQL adds nothing to these under a sanitizer: unit ran them on it.
  STANCE_TEST_PG='' meson_tests asan "address, undefined" --suite slow --timeout-multiplier 5
  sanitized_scan asan "address, undefined: a scan of the demo"
}
stage_tsan() {
  build tsan clang-14 "threads stance" -Db_sanitize=thread -Db_lundef=false -Doptimization=1 || return
  meson_tests tsan thread --suite threads --timeout-multiplier 5
  sanitized_scan tsan "thread: a scan of the demo"
}
built() { ./run --build >build-test/run.log 2>&1 || { bad "run --build" build-test/run.log; return 1; }; }
stage_e2e() {
  built || return
  local t
  for t in tests/e2e/*.sh; do
    STANCE=$PWD/build/stance check "e2e: $(basename "$t" .sh)" bash "$t"
  done
}
stage_schemas() {
  [ -d "$shared/schemas" ] || { skip "schemas of the export formats" "no ../shared"; return; }
  built || return
  check "exports are valid against their schemas" tests/schemas/run "$shared"
}
