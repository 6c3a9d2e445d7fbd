import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkDriveOf } from '../../src/store/network-drive.ts'

/** As Linux writes it: a Raspberry Pi with a share of a NAS, a home on NFS, and a folder over ssh. */
const mounts = `22 28 0:20 / /proc rw,relatime shared:12 - proc proc rw
28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw
60 28 0:45 / /home rw,relatime shared:30 - nfs4 nas.lan:/home rw,vers=4.2,addr=192.0.2.7
61 60 8:1 / /home/olivia/stick rw,relatime shared:31 - ext4 /dev/sda1 rw
62 28 0:46 / /mnt/My\\040share rw,relatime - cifs //nas.lan/share rw,vers=3.1.1
63 28 0:47 / /mnt/far rw,nosuid,nodev shared:9 master:2 - fuse.sshfs olivia@far.example: rw,user_id=0
64 28 8:2 / /mnt/far rw,relatime - ext4 /dev/sdb2 rw
65 28 0:48 / /mnt/usb rw,relatime - fuseblk /dev/sdc1 rw
66 28 0:49 / /mnt/host rw,relatime - 9p host rw,trans=virtio
`

const places: readonly (readonly [path: string, drive: string | undefined])[] = [
  ['/var/lib/wa2tg', undefined],
  ['/home/olivia/.local/share/wa2tg', 'nfs4'],
  ['/home', 'nfs4'],
  ['/homestead/wa2tg', undefined],
  ['/home/olivia/stick/wa2tg', undefined],
  ['/home/olivia/sticker', 'nfs4'],
  ['/mnt/My share/wa2tg', 'cifs'],
  // Something else was mounted over it.
  ['/mnt/far/wa2tg', undefined],
  ['/mnt/usb', undefined],
  ['/mnt/host', undefined],
]

for (const [path, drive] of places) {
  test(`"${path}" is ${drive === undefined ? 'on no network drive' : `on a network drive (${drive})`}`, () => {
    assert.equal(networkDriveOf(path, mounts), drive)
  })
}

test('every file system behind which another machine stands is a network drive, and none of those that a machine has of its own', () => {
  const of = (type: string) => networkDriveOf('/data', `28 1 0:45 / /data rw,relatime - ${type} source rw`)
  const network =
    'nfs nfs4 cifs smb3 smbfs ncpfs afs coda ceph lustre beegfs gpfs gfs2 ocfs2 orangefs davfs fuse.sshfs fuse.rclone fuse.s3fs fuse.gcsfuse fuse.goofys fuse.blobfuse fuse.blobfuse2 fuse.glusterfs fuse.ceph fuse.ceph-fuse fuse.juicefs fuse.davfs fuse.davfs2 fuse.curlftpfs fuse.smbnetfs fuse.gvfsd-fuse'
  for (const type of network.split(' ')) assert.equal(of(type), type)
  for (const type of 'ext4 xfs btrfs zfs f2fs vfat exfat overlay tmpfs fuseblk 9p virtiofs'.split(' '))
    assert.equal(of(type), undefined, type)
})

test('where the system does not say what is mounted, nothing is refused', () => {
  assert.equal(networkDriveOf('/anywhere', ''), undefined)
})
