# shellcheck shell=bash disable=SC2154
# Starts a machine, passes on what it prints, ends with it. Sourced by rdma-vm, whose variables it reads.

# The stage until the guest's script tells of another one.
readonly BOOTING=booting
# The last one is left to the time limit.
readonly BOOT_TRIES=3

run=
supervisor=
copiers=()

run_machine() {
  make_run_directory
  trap clean_up EXIT
  trap 'interrupted 1' HUP
  trap 'interrupted 2' INT
  trap 'interrupted 15' TERM
  if [ -n "$nvdimm" ]; then
    open_nvdimm
  fi
  describe_guest
  boot
  local ended=0
  await_end || ended=$?
  report "$ended"
}

# A kernel can hang in its boot where the emulation is kept from running: then another one is started, within the same
# time. Nothing has begun before the boot is over, so that nothing is done twice.
boot() {
  local began=$SECONDS tries
  start "$timeout_seconds"
  for ((tries = 1; tries < BOOT_TRIES; tries++)); do
    if ! hangs_in_boot; then
      return
    fi
    say "the machine did not boot within $boot_timeout_seconds s: starting another one"
    kill "$supervisor" 2>/dev/null || true
    await_end || true
    start "$(seconds_left "$began")"
  done
}

# Watches the boot until it is over, or the machine, or the time for it.
hangs_in_boot() {
  local until=$((SECONDS + boot_timeout_seconds))
  while [ "$(<"$run/guest/stage")" = "$BOOTING" ]; do
    if ! kill -0 "$supervisor" 2>/dev/null; then
      return 1
    fi
    if ((SECONDS >= until)); then
      return 0
    fi
    sleep 0.2
  done
  return 1
}

seconds_left() {
  local left=$((timeout_seconds - (SECONDS - $1)))
  if [ "$timeout_seconds" -eq 0 ]; then
    left=0
  elif [ "$left" -lt 1 ]; then
    left=1
  fi
  echo "$left"
}

# Its status is QEMU's.
await_end() {
  local ended=0
  wait "$supervisor" || ended=$?
  supervisor=
  # They end with what QEMU wrote; where it has not come so far as to open its ends, this lets them go.
  : <>"$run/out" <>"$run/err"
  wait "${copiers[@]}"
  copiers=()
  return "$ended"
}

# Whoever is killed leaves such a folder behind, without its lock: the next one removes it.
make_run_directory() {
  local left
  exec {cache_lock}>"$cache/lock"
  flock "$cache_lock"
  mkdir -p "$cache/run"
  for left in "$cache/run"/*/; do
    if [ -d "$left" ] && { [ ! -e "$left/lock" ] || flock -n "$left/lock" true; }; then
      rm -rf "$left"
    fi
  done
  run=$(mktemp -d "$cache/run/XXXXXXXX")
  # QEMU inherits it, and so holds it as long as it runs.
  exec {run_lock}>"$run/lock"
  flock "$run_lock"
  exec {cache_lock}>&-
  mkdir "$run/guest"
  mkfifo "$run/out" "$run/err"
}

clean_up() {
  if [ -n "$supervisor" ]; then
    kill "$supervisor" 2>/dev/null || true
    wait "$supervisor" 2>/dev/null || true
  fi
  if [ "${#copiers[@]}" -gt 0 ]; then
    kill "${copiers[@]}" 2>/dev/null || true
  fi
  if [ -n "$console_copy" ] && [ -e "$run/console" ]; then
    cp "$run/console" "$console_copy"
  fi
  if [ -n "$pid_file" ]; then
    rm -f "$pid_file"
  fi
  rm -rf "$run"
}

interrupted() {
  trap - HUP INT TERM
  exit $((128 + $1))
}

open_nvdimm() {
  if [ ! -e "$nvdimm" ]; then
    truncate -s "$nvdimm_size" "$nvdimm" || fail "cannot make $nvdimm"
  fi
  exec {nvdimm_lock}<>"$nvdimm"
  flock -n "$nvdimm_lock" || fail "another machine runs on $nvdimm"
}

# What the guest's script reads, quoted by the shell for the shell.
describe_guest() {
  local settings=("device=$device" "dax=$dax" "nvdimm=${nvdimm:+yes}" "hugepages=$hugepages")
  {
    printf '%q\n' "${settings[@]}"
    printf 'shares=(%s)\n' "${shares[*]@Q}"
  } >"$run/guest/settings"
  export -p >"$run/guest/environment"
  {
    printf 'cd -- %q || exit %d\nexec --' "$PWD" "$EXIT_FAILED"
    printf ' %q' "${words[@]}"
    printf '\n'
  } >"$run/guest/command"
  cp "$here/guest/run" "$run/guest/guest"
  echo "$BOOTING" >"$run/guest/stage"
}

# A value in a QEMU option, where a comma separates.
quoted() {
  printf '%s' "${1//,/,,}"
}

# Sets `qemu`, the command line.
assemble() {
  local version index pair bytes
  version=$(kernel_version)
  # The kernel's check of its timer takes a busy host's pauses for a broken one, and panics.
  local append="console=ttyS0 quiet panic=-1 mitigations=off no_timer_check nowatchdog rdma_vm.load=$device"
  local net=user,id=net
  qemu=(qemu-system-x86_64 -nodefaults -no-user-config -display none -monitor none -no-reboot
    -accel "$accelerator" -cpu max -smp 2
    -kernel "$cache/kernel/$version/boot/vmlinuz-$version" -initrd "$(initramfs_path "$version")"
    -serial "file:$(quoted "$run/console")" -device virtio-rng-pci
    -device virtio-serial-pci
    -chardev "file,id=out,path=$(quoted "$run/out")" -device 'virtserialport,chardev=out,name=out'
    -chardev "file,id=err,path=$(quoted "$run/err")" -device 'virtserialport,chardev=err,name=err'
    -fsdev 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'
    -device 'virtio-9p-pci,fsdev=host,mount_tag=host'
    -fsdev "local,id=run,path=$(quoted "$run/guest"),security_model=none"
    -device 'virtio-9p-pci,fsdev=run,mount_tag=run')
  for index in "${!shares[@]}"; do
    qemu+=(-fsdev "local,id=share$index,path=$(quoted "${shares[$index]}"),security_model=none,multidevs=remap"
      -device "virtio-9p-pci,fsdev=share$index,mount_tag=share$index")
  done
  for pair in "${forwards[@]}"; do
    net+=,hostfwd=tcp:127.0.0.1:${pair%:*}-10.0.2.15:${pair#*:}
  done
  # No boot ROM: the machine does not boot from its network.
  qemu+=(-netdev "$net" -device 'virtio-net-pci,netdev=net,romfile=')
  if [ -n "$nvdimm" ]; then
    append+=' rdma_vm.load=nvdimm'
    bytes=$(stat -c %s "$nvdimm")
    qemu+=(-machine 'pc,nvdimm=on' -m "$memory_mib,slots=2,maxmem=$((memory_mib + bytes / 1048576 + 1024))M"
      -object "memory-backend-file,id=nvdimm,share=on,mem-path=$(quoted "$nvdimm"),size=$bytes"
      -device nvdimm,memdev=nvdimm)
  else
    qemu+=(-machine pc -m "$memory_mib")
  fi
  if [ -n "$pid_file" ]; then
    qemu+=(-pidfile "$pid_file")
  fi
  qemu+=(-append "$append")
}

# Starts the machine, to be ended after so many seconds. Each process asks to die with the one that started it, so that
# none is left, however this script ends.
start() {
  local qemu
  assemble
  cat "$run/out" &
  copiers+=($!)
  cat "$run/err" >&2 &
  copiers+=($!)
  setpriv --pdeathsig KILL timeout --kill-after 5 "$1" setpriv --pdeathsig KILL \
    "${qemu[@]}" </dev/null >"$run/qemu.log" 2>&1 &
  supervisor=$!
}

# Ends as the command did, or says what became of the machine.
report() {
  local ended=$1 status stage
  if [ -s "$run/guest/status" ]; then
    status=$(<"$run/guest/status")
    exit "$status"
  fi
  stage=$(<"$run/guest/stage")
  if [ "$ended" -eq "$EXIT_TIMED_OUT" ]; then
    say "time is up: ended the machine after $timeout_seconds s while $stage"
    show_console
    exit "$EXIT_TIMED_OUT"
  fi
  if [ "$ended" -gt 128 ]; then
    fail "QEMU was ended by signal $((ended - 128)) while $stage"
  fi
  say "the machine ended without a status while $stage$(panic)"
  if [ -s "$run/qemu.log" ]; then
    sed 's/^/rdma-vm: /' "$run/qemu.log" >&2
  fi
  show_console
  exit "$EXIT_FAILED"
}

# What the kernel itself says of its end, if that was one.
panic() {
  if [ -s "$run/console" ]; then
    sed -n 's/\r$//; s/^\[[^]]*\] *\(Kernel panic.*\)/: \1/p' "$run/console" | head -1
  fi
}

show_console() {
  if [ -s "$run/console" ]; then
    say 'the last lines of its console:'
    tr -d '\r' <"$run/console" | tail -20 | sed 's/^/  /' >&2
  fi
}
