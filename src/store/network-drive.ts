/**
 * The kind of network drive that a real path is on, or undefined for a disk of this machine. `mountinfo` is the text of
 * /proc/self/mountinfo (proc_pid_mountinfo(5)): mount points with octal escapes in field 5, the file system's type
 * behind ` - `.
 */
export const networkDriveOf = (path: string, mountinfo: string): string | undefined => {
  let mounted = ''
  let type = ''
  for (const line of mountinfo.split('\n')) {
    const [place = '', what = ''] = line.split(' - ')
    const point = readEscapes(place.split(' ')[4] ?? '')
    const inside = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`)
    // Of two on one point the later hides the earlier.
    if (point === '' || !inside || point.length < mounted.length) continue
    mounted = point
    type = what.split(' ')[0] ?? ''
  }
  return networkDrives.test(type) ? type : undefined
}

const readEscapes = (point: string): string =>
  point.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * File systems behind which other machines stand, by the names that the kernel and FUSE use. Folders that a machine shares
 * with its own virtual machines and containers (9p, virtiofs) are none: sandboxes have their whole disk on those.
 */
const networkDrives =
  /^(nfs4?|cifs|smb3|smbfs|ncpfs|afs|coda|ceph|lustre|beegfs|gpfs|gfs2|ocfs2|orangefs|davfs|fuse\.(sshfs|rclone|s3fs|gcsfuse|goofys|blobfuse2?|glusterfs|ceph(-fuse)?|juicefs|davfs2?|curlftpfs|smbnetfs|gvfsd-fuse))$/
