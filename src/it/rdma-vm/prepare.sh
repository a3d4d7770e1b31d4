# shellcheck shell=bash disable=SC2154
# What a machine is made of, all of it from Debian packages. Programs that both sides run are installed on the host;
# the kernel, its headers and busybox are only unpacked into the cache, so that nothing else of the host changes.
# Sourced by rdma-vm, which sets `cache` and `here`.

readonly MODULES_BASE='crc32_generic crc32c_generic libcrc32c virtio_pci virtio_net virtio_rng virtio_console
  9pnet_virtio 9p overlay rdma_ucm ib_uverbs ib_umad'
readonly MODULES_RXE='rdma_rxe'
readonly MODULES_NVDIMM='nfit nd_pmem ext4'

# The Debian packages whose programs run here or in the machine.
host_packages() {
  printf '%s\n' qemu-system-x86 cpio kmod iproute2 ibverbs-providers ibverbs-utils rdmacm-utils perftest
  local feature
  for feature; do
    case $feature in
      siw) printf '%s\n' make gcc xz-utils ;;
      nvdimm) printf '%s\n' ndctl e2fsprogs ;;
    esac
  done
}

missing_packages() {
  local name
  for name in $(host_packages "$@"); do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" != installed ]; then
      printf '%s\n' "$name"
    fi
  done
}

# The version of the kernel in the cache; nothing if there is none.
kernel_version() {
  if [ -d "$cache/kernel" ]; then
    find "$cache/kernel" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -V | tail -1
  fi
}

initramfs_path() {
  local version=$1 sum
  sum=$(echo "$MODULES_BASE $MODULES_RXE $MODULES_NVDIMM" | cat - "$here/guest/init" | sha256sum | cut -c 1-12)
  if [ -e "$cache/siw/$version.ko" ]; then
    sum=$sum-siw
  fi
  printf '%s/initramfs-%s-%s.cpio\n' "$cache" "$version" "$sum"
}

# Whether all has been fetched and built, for whoever wants to leave it alone otherwise.
ready() {
  local missing version
  command -v dpkg-query >/dev/null || {
    say 'not ready: this needs a Debian system'
    return 1
  }
  missing=$(missing_packages rxe siw nvdimm)
  version=$(kernel_version)
  if [ -n "$missing" ] || [ -z "$version" ] || [ ! -e "$cache/siw/$version.ko" ]; then
    say "not ready; run once: $here/rdma-vm --prepare (as root it installs packages, else it says which are missing)"
    return 1
  fi
}

prepare() {
  [ "$(uname -m)" = x86_64 ] || fail "the machine is an x86_64 one; this host is $(uname -m)"
  command -v apt-get >/dev/null || fail 'this needs a Debian system: there is no apt-get here'
  mkdir -p "$cache"
  # Others wait here until what they need is there.
  exec {prepare_lock}>"$cache/lock"
  flock "$prepare_lock"
  install_packages "$@"
  if [ -z "$(kernel_version)" ]; then
    fetch_kernel
  fi
  local feature
  for feature; do
    if [ "$feature" = siw ] && [ ! -e "$cache/siw/$(kernel_version).ko" ]; then
      build_siw "$(kernel_version)"
    fi
  done
  if [ ! -e "$(initramfs_path "$(kernel_version)")" ]; then
    build_initramfs "$(kernel_version)"
  fi
  exec {prepare_lock}>&-
}

apt_update() {
  if [ "$(id -u)" -eq 0 ]; then
    apt-get -q update >"$cache/apt.log" 2>&1 || say "apt-get update failed; going on with what is known ($cache/apt.log)"
  fi
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    fail "packages are missing. As root: apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  apt_update
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 install -y --no-install-recommends \
    "${missing[@]}" >"$cache/apt.log" 2>&1 || fail "apt-get install failed: $(tail -3 "$cache/apt.log")"
}

# A folder that becomes DIRECTORY once it is complete, so that a broken download is never taken for the whole.
# unpack DIRECTORY PACKAGE...
unpack() {
  local target=$1 work
  shift
  work=$(mktemp -d "$cache/unpack.XXXXXX")
  chmod 755 "$work"
  (
    cd "$work" || exit
    apt-get -q download "$@" >"$cache/apt.log" 2>&1 || fail "cannot download $*: $(tail -3 "$cache/apt.log")"
    local archive
    for archive in *.deb; do
      dpkg -x "$archive" .
      rm "$archive"
    done
  )
  mkdir -p "$(dirname "$target")"
  rm -rf "$target"
  mv "$work" "$target"
}

# The names that a package depends on and that match a pattern.
depends() {
  apt-cache depends "$1" | sed -n "s/^ *Depends: \($2\)\$/\1/p"
}

fetch_kernel() {
  local image
  apt_update
  image=$(depends linux-image-amd64 'linux-image-[0-9].*' | head -1)
  [ -n "$image" ] || fail 'no package linux-image-amd64 is known; as root: apt-get update'
  local version=${image#linux-image-}
  say "fetching kernel $version"
  unpack "$cache/fetched" "$image" busybox-static
  depmod -b "$cache/fetched" "$version"
  mkdir -p "$cache/kernel"
  mv "$cache/fetched" "$cache/kernel/$version"
}

# Debian's kernel leaves siw out, and its source package has it.
build_siw() {
  local version=$1 series work headers compiler
  series=$(printf '%s' "$version" | grep -oE '^[0-9]+\.[0-9]+')
  work=$cache/siw-build
  say "building siw for kernel $version"
  apt_update
  # shellcheck disable=SC2046 # package names
  unpack "$work" "linux-headers-$version" $(depends "linux-headers-$version" 'linux-\(headers\|kbuild\)-.*') \
    "linux-source-$series"
  headers=$work/usr/src/linux-headers-$version
  # The one place where the headers name the folder that they are meant to be installed in.
  sed -i "s,/usr/src/,$work/usr/src/," "$headers/Makefile"
  compiler=$(grep -oE 'gcc-[0-9]+' "$headers/.kernelvariables" | head -1)
  if ! command -v "$compiler" >/dev/null; then
    [ "$(id -u)" -eq 0 ] || fail "as root: apt-get install -y $compiler"
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$compiler" >"$cache/apt.log" 2>&1 ||
      fail "cannot install $compiler: $(tail -3 "$cache/apt.log")"
  fi
  tar -C "$work" -xf "$work/usr/src/linux-source-$series.tar.xz" --strip-components=1 \
    "linux-source-$series/drivers/infiniband/sw/siw"
  make -C "$headers" M="$work/drivers/infiniband/sw/siw" CONFIG_RDMA_SIW=m modules >"$cache/siw.log" 2>&1 ||
    fail "siw does not build: $(tail -5 "$cache/siw.log")"
  mkdir -p "$cache/siw"
  strip --strip-debug -o "$cache/siw/$version.ko.new" "$work/drivers/infiniband/sw/siw/siw.ko"
  mv "$cache/siw/$version.ko.new" "$cache/siw/$version.ko"
  rm -rf "$work"
}

# Copies modules, with those that they need, and writes their names in the order in which they load.
# add_modules VERSION DIRECTORY LIST MODULE...
add_modules() {
  local version=$1 directory=$2 list=$3 name path
  shift 3
  for name; do
    # No configuration of the host's: it may tell modprobe to run programs.
    modprobe -C /dev/null -S "$version" -d "$cache/kernel/$version" --show-depends "$name"
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r path; do
    cp "$path" "$directory/modules/"
    basename "$path"
  done >"$directory/modules/$list"
}

build_initramfs() {
  local version=$1 root target
  target=$(initramfs_path "$version")
  root=$(mktemp -d "$cache/initramfs.XXXXXX")
  mkdir -p "$root"/{bin,dev,proc,sys,modules,host,upper,root}
  cp "$cache/kernel/$version/bin/busybox" "$root/bin/busybox"
  cp "$here/guest/init" "$root/init"
  chmod 755 "$root/init"
  # shellcheck disable=SC2086 # names of modules
  {
    add_modules "$version" "$root" base $MODULES_BASE
    add_modules "$version" "$root" rxe $MODULES_RXE
    add_modules "$version" "$root" nvdimm $MODULES_NVDIMM
  }
  if [ -e "$cache/siw/$version.ko" ]; then
    cp "$cache/siw/$version.ko" "$root/modules/siw.ko"
    echo siw.ko >"$root/modules/siw"
  fi
  # Not compressed: to read more is quicker under emulation than to unpack.
  (cd "$root" && find . | cpio --quiet -o -H newc) >"$target.new"
  mv "$target.new" "$target"
  rm -rf "$root"
  # Of older scripts; whoever still boots one has it open.
  find "$cache" -maxdepth 1 -name 'initramfs-*.cpio' ! -path "$target" -mtime +7 -delete
}
