/* eslint-disable max-lines -- a table */
/**
 * The numbers that iPXE's error codes are made of, read from iPXE's source (include/errno.h, include/ipxe/errfile.h
 * and the __einfo_uniqify lines, commit 0ab2277): facts, one a line.
 */

/** `first six hex digits|name|source file|text`: codes with a meaning of their own. */
export const IPXE_NAMED_ERRORS = `
020081|EACCES_UNTRUSTED|src/core/image.c|Untrusted image
020082|EACCES_PERMANENT|src/core/image.c|Trust requirement is permanent
020c61|EACCES_401|src/net/tcp/httpcore.c|HTTP 401 Unauthorized
020d61|EACCES_INCORRECT_TARGET_USERNAME|src/net/tcp/iscsi.c|Incorrect target username
020d62|EACCES_INCORRECT_TARGET_PASSWORD|src/net/tcp/iscsi.c|Incorrect target password
0216e1|EACCES_WRONG_ISSUER|src/crypto/x509.c|Wrong issuer
0216e2|EACCES_NOT_CA|src/crypto/x509.c|Not a CA certificate
0216e3|EACCES_KEY_USAGE|src/crypto/x509.c|Incorrect key usage
0216e4|EACCES_EXPIRED|src/crypto/x509.c|Expired (or not yet valid)
0216e5|EACCES_PATH_LEN|src/crypto/x509.c|Maximum path length exceeded
0216e6|EACCES_UNTRUSTED|src/crypto/x509.c|Untrusted root certificate
0216e7|EACCES_OUT_OF_ORDER|src/crypto/x509.c|Validation out of order
0216e8|EACCES_EMPTY|src/crypto/x509.c|Empty certificate chain
0216e9|EACCES_OCSP_REQUIRED|src/crypto/x509.c|OCSP check required
0216ea|EACCES_WRONG_NAME|src/crypto/x509.c|Incorrect certificate name
0216eb|EACCES_USELESS|src/crypto/x509.c|No usable certificates
0227e1|EACCES_VERIFY|src/crypto/rsa.c|RSA signature incorrect
022ae1|EACCES_NON_SIGNING|src/crypto/cms.c|Not a signing certificate
022ae2|EACCES_NON_CODE_SIGNING|src/crypto/cms.c|Not a code-signing certificate
022ae4|EACCES_WRONG_NAME|src/crypto/cms.c|Incorrect certificate name
022ae5|EACCES_NO_SIGNATURES|src/crypto/cms.c|No signatures present
022ae6|EACCES_NO_RECIPIENTS|src/crypto/cms.c|No usable recipients
022ae7|EACCES_LEN|src/crypto/cms.c|Bad file length
022ae8|EACCES_PAD|src/crypto/cms.c|Bad block padding
022ae9|EACCES_MAC|src/crypto/cms.c|Invalid MAC
022fe1|EACCES_CERT_STATUS|src/crypto/ocsp.c|Certificate status not good
022fe2|EACCES_CERT_MISMATCH|src/crypto/ocsp.c|Certificate ID mismatch
022fe3|EACCES_NON_OCSP_SIGNING|src/crypto/ocsp.c|Not an OCSP signing certificate
022fe4|EACCES_STALE|src/crypto/ocsp.c|Stale (or premature) OCSP repsonse
022fe5|EACCES_NO_RESPONDER|src/crypto/ocsp.c|Missing OCSP responder certificate
024361|EACCES_USERNAME|src/net/tcp/httpbasic.c|No username available for Basic authentication
024461|EACCES_USERNAME|src/net/tcp/httpdigest.c|No username available for Digest authentication
040ee1|EADDRNOTAVAIL_CONFIG|src/usr/ifmgmt.c|No configuration methods succeeded
0b1621|ECANCELED_NO_OP|src/core/parseopt.c|Nothing to do
170460|EHOSTUNREACH_ROUTE|src/net/icmpv6.c|No route to destination
170461|EHOSTUNREACH_PROHIBITED|src/net/icmpv6.c|Communication administratively prohibited
170463|EHOSTUNREACH_ADDRESS|src/net/icmpv6.c|Address unreachable
170464|EHOSTUNREACH_PORT|src/net/icmpv6.c|Port unreachable
1a0861|EUNKNOWN_LINK_STATUS|src/net/netdevice.c|Unknown
1a0862|EUNUSED_CONFIG|src/net/netdevice.c|Unused
1a0863|EINPROGRESS_CONFIG|src/net/netdevice.c|Incomplete
1a1361|EINPROGRESS_INIT|src/net/infiniband.c|Initialising
1a1362|EINPROGRESS_ARMED|src/net/infiniband.c|Armed
1a2b61|EUNKNOWN_LINK_STATUS|src/net/fc.c|Unknown
1a4741|EINPROGRESS_JOINING|src/drivers/net/ipoib.c|Joining
1a7c41|EINPROGRESS_JOINING|src/drivers/net/eoib.c|Joining
1acf41|EINPROGRESS_PAIRING|src/drivers/net/iphone.c|Pairing in progress
1c00e1|EINVAL_ASN1_EMPTY|src/crypto/asn1.c|Empty or underlength cursor
1c00e2|EINVAL_ASN1_LEN_LEN|src/crypto/asn1.c|Length field overruns cursor
1c00e3|EINVAL_ASN1_LEN|src/crypto/asn1.c|Field overruns cursor
1c00e4|EINVAL_ASN1_BOOLEAN|src/crypto/asn1.c|Invalid boolean
1c00e4|EINVAL_ASN1_INTEGER|src/crypto/asn1.c|Invalid integer
1c00e5|EINVAL_ASN1_TIME|src/crypto/asn1.c|Invalid time
1c00e6|EINVAL_ASN1_ALGORITHM|src/crypto/asn1.c|Invalid algorithm
1c00e7|EINVAL_BIT_STRING|src/crypto/asn1.c|Invalid bit string
1c0661|EINVAL_LEN|src/net/ipv6.c|Invalid length
1c0c61|EINVAL_STATUS|src/net/tcp/httpcore.c|Invalid status line
1c0c62|EINVAL_HEADER|src/net/tcp/httpcore.c|Invalid header
1c0c63|EINVAL_CONTENT_LENGTH|src/net/tcp/httpcore.c|Invalid content length
1c0c64|EINVAL_CHUNK_LENGTH|src/net/tcp/httpcore.c|Invalid chunk length
1c0d61|EINVAL_ROOT_PATH_TOO_SHORT|src/net/tcp/iscsi.c|Root path too short
1c0d62|EINVAL_BAD_CREDENTIAL_MIX|src/net/tcp/iscsi.c|Bad credential mix
1c0d63|EINVAL_NO_ROOT_PATH|src/net/tcp/iscsi.c|No root path
1c0d64|EINVAL_NO_TARGET_IQN|src/net/tcp/iscsi.c|No target IQN
1c0d65|EINVAL_NO_INITIATOR_IQN|src/net/tcp/iscsi.c|No initiator IQN
1c0d66|EINVAL_MAXBURSTLENGTH|src/net/tcp/iscsi.c|Invalid MaxBurstLength
1c0de1|EINVAL_CHANGE_CIPHER|src/net/tls.c|Invalid Change Cipher record
1c0de2|EINVAL_ALERT|src/net/tls.c|Invalid Alert record
1c0de3|EINVAL_HELLO|src/net/tls.c|Invalid Server Hello record
1c0de4|EINVAL_CERTIFICATE|src/net/tls.c|Invalid Certificate
1c0de5|EINVAL_CERTIFICATES|src/net/tls.c|Invalid Server Certificate record
1c0de6|EINVAL_HELLO_DONE|src/net/tls.c|Invalid Server Hello Done record
1c0de7|EINVAL_FINISHED|src/net/tls.c|Invalid Server Finished record
1c0de8|EINVAL_HANDSHAKE|src/net/tls.c|Invalid Handshake record
1c0dea|EINVAL_IV|src/net/tls.c|Invalid initialisation vector
1c0deb|EINVAL_PADDING|src/net/tls.c|Invalid block padding
1c0dec|EINVAL_RX_STATE|src/net/tls.c|Invalid receive state
1c0ded|EINVAL_MAC|src/net/tls.c|Invalid MAC or authentication tag
1c0dee|EINVAL_TICKET|src/net/tls.c|Invalid New Session Ticket record
1c0def|EINVAL_KEY_EXCHANGE|src/net/tls.c|Invalid Server Key Exchange record
1c1261|EINVAL_BLKSIZE|src/net/udp/tftp.c|Invalid blksize
1c1262|EINVAL_TSIZE|src/net/udp/tftp.c|Invalid tsize
1c1263|EINVAL_MC_NO_PORT|src/net/udp/tftp.c|Missing multicast port
1c1264|EINVAL_MC_NO_MC|src/net/udp/tftp.c|Missing multicast mc
1c1265|EINVAL_MC_INVALID_MC|src/net/udp/tftp.c|Missing multicast IP
1c1266|EINVAL_MC_INVALID_IP|src/net/udp/tftp.c|Invalid multicast IP
1c1267|EINVAL_MC_INVALID_PORT|src/net/udp/tftp.c|Invalid multicast port
1c1621|EINVAL_INTEGER|src/core/parseopt.c|Invalid integer value
1c1622|EINVAL_UNKNOWN_OPTION|src/core/parseopt.c|Unrecognised option
1c1623|EINVAL_MISSING_ARGUMENT|src/core/parseopt.c|Missing argument
1c16e1|EINVAL_ALGORITHM|src/crypto/x509.c|Invalid algorithm type
1c16e4|EINVAL_ALGORITHM_MISMATCH|src/crypto/x509.c|Signature algorithm mismatch
1c16e5|EINVAL_PATH_LEN|src/crypto/x509.c|Invalid pathLenConstraint
1c16e6|EINVAL_VERSION|src/crypto/x509.c|Invalid version
1c2261|EINVAL_BYTE_STRING_LEN|src/net/infiniband/ib_srp.c|Invalid byte string length
1c2263|EINVAL_INTEGER|src/net/infiniband/ib_srp.c|Invalid integer
1c2264|EINVAL_RP_TOO_SHORT|src/net/infiniband/ib_srp.c|Root path too short
1c2e61|EINVAL_UNDERLENGTH|src/net/fcoe.c|Underlength packet
1c2e62|EINVAL_SOF|src/net/fcoe.c|Invalid SoF delimiter
1c2e63|EINVAL_CRC|src/net/fcoe.c|Invalid CRC (not stripped?)
1c2e64|EINVAL_EOF|src/net/fcoe.c|Invalid EoF delimiter
1c69e1|EINVAL_POINTSIZE|src/crypto/ecdsa.c|Invalid point size
1c69e2|EINVAL_KEYSIZE|src/crypto/ecdsa.c|Invalid key size
1c69e3|EINVAL_COMPRESSION|src/crypto/ecdsa.c|Invalid compression
1c69e4|EINVAL_INFINITY|src/crypto/ecdsa.c|Point is infinity
1c69e5|EINVAL_SIGNATURE|src/crypto/ecdsa.c|Invalid signature
1d0c61|EIO_OTHER|src/net/tcp/httpcore.c|Unrecognised HTTP response code
1d0c62|EIO_CONTENT_LENGTH|src/net/tcp/httpcore.c|Content length mismatch
1d0c64|EIO_4XX|src/net/tcp/httpcore.c|HTTP 4xx Client Error
1d0c65|EIO_5XX|src/net/tcp/httpcore.c|HTTP 5xx Server Error
1d0d61|EIO_TARGET_UNAVAILABLE|src/net/tcp/iscsi.c|Target not currently operational
1d0d62|EIO_TARGET_NO_RESOURCES|src/net/tcp/iscsi.c|Target out of resources
1d0de1|EIO_ALERT|src/net/tls.c|Unknown alert level
1d7040|EIO_NO_SENSE|src/drivers/block/scsi.c|No sense
1d7041|EIO_RECOVERED_ERROR|src/drivers/block/scsi.c|Recovered error
1d7042|EIO_NOT_READY|src/drivers/block/scsi.c|Not ready
1d7043|EIO_MEDIUM_ERROR|src/drivers/block/scsi.c|Medium error
1d7044|EIO_HARDWARE_ERROR|src/drivers/block/scsi.c|Hardware error
1d7045|EIO_ILLEGAL_REQUEST|src/drivers/block/scsi.c|Illegal request
1d7046|EIO_UNIT_ATTENTION|src/drivers/block/scsi.c|Unit attention
1d7047|EIO_DATA_PROTECT|src/drivers/block/scsi.c|Data protect
1d7048|EIO_BLANK_CHECK|src/drivers/block/scsi.c|Blank check
1d7049|EIO_VENDOR_SPECIFIC|src/drivers/block/scsi.c|Vendor specific
1d704a|EIO_COPY_ABORTED|src/drivers/block/scsi.c|Copy aborted
1d704b|EIO_ABORTED_COMMAND|src/drivers/block/scsi.c|Aborted command
1d704c|EIO_RESERVED|src/drivers/block/scsi.c|Reserved
1d704d|EIO_VOLUME_OVERFLOW|src/drivers/block/scsi.c|Volume overflow
1d704e|EIO_MISCOMPARE|src/drivers/block/scsi.c|Miscompare
1d704f|EIO_COMPLETED|src/drivers/block/scsi.c|Completed
1d8c21|EIO_FAILED|src/arch/x86/interface/pcbios/vesafb.c|Function call failed
1d8c22|EIO_HARDWARE|src/arch/x86/interface/pcbios/vesafb.c|Not supported in current configuration
1d8c23|EIO_MODE|src/arch/x86/interface/pcbios/vesafb.c|Invalid in current video mode
1dc641|EIO_ABORTED|src/drivers/net/exanic.c|Frame aborted
1dc642|EIO_CORRUPT|src/drivers/net/exanic.c|CRC incorrect
1dc643|EIO_HWOVFL|src/drivers/net/exanic.c|Hardware overflow
1dd640|EIO_ADMIN_UNSET|src/drivers/net/gve.c|Uncompleted
1dd650|EIO_ADMIN_ABORTED|src/drivers/net/gve.c|Aborted
1dd651|EIO_ADMIN_EXISTS|src/drivers/net/gve.c|Already exists
1dd652|EIO_ADMIN_CANCELLED|src/drivers/net/gve.c|Cancelled
1dd653|EIO_ADMIN_DATALOSS|src/drivers/net/gve.c|Data loss
1dd654|EIO_ADMIN_DEADLINE|src/drivers/net/gve.c|Deadline exceeded
1dd655|EIO_ADMIN_PRECONDITION|src/drivers/net/gve.c|Failed precondition
1dd656|EIO_ADMIN_INTERNAL|src/drivers/net/gve.c|Internal error
1dd657|EIO_ADMIN_INVAL|src/drivers/net/gve.c|Invalid argument
1dd658|EIO_ADMIN_NOT_FOUND|src/drivers/net/gve.c|Not found
1dd659|EIO_ADMIN_RANGE|src/drivers/net/gve.c|Out of range
1dd65a|EIO_ADMIN_PERM|src/drivers/net/gve.c|Permission denied
1dd65b|EIO_ADMIN_UNAUTH|src/drivers/net/gve.c|Unauthenticated
1dd65c|EIO_ADMIN_RESOURCE|src/drivers/net/gve.c|Resource exhausted
1dd65d|EIO_ADMIN_UNAVAIL|src/drivers/net/gve.c|Unavailable
1dd65e|EIO_ADMIN_NOTSUP|src/drivers/net/gve.c|Unimplemented
1dd65f|EIO_ADMIN_UNKNOWN|src/drivers/net/gve.c|Unknown error
2d03e1|ENOENT_BOOT|src/usr/autoboot.c|Nothing to boot
2d0c61|ENOENT_404|src/net/tcp/httpcore.c|Not found
2d0de1|ENOENT_CERT|src/net/tls.c|Missing server certificate
2d1261|ENOENT_NOT_FOUND|src/net/udp/tftp.c|Not found
310de1|ENOMEM_CONTEXT|src/net/tls.c|Not enough space for crypto context
310de2|ENOMEM_CERTIFICATE|src/net/tls.c|Not enough space for certificate
310de3|ENOMEM_CHAIN|src/net/tls.c|Not enough space for certificate chain
310de4|ENOMEM_TX_PLAINTEXT|src/net/tls.c|Not enough space for transmitted plaintext
310de5|ENOMEM_TX_CIPHERTEXT|src/net/tls.c|Not enough space for transmitted ciphertext
310de7|ENOMEM_RX_DATA|src/net/tls.c|Not enough space for received data
310de8|ENOMEM_RX_CONCAT|src/net/tls.c|Not enough space to concatenate received data
380861|ENOTCONN_LINK_DOWN|src/net/netdevice.c|Down
3c00e1|ENOTSUP_ALGORITHM|src/crypto/asn1.c|Unsupported algorithm
3c0661|ENOTSUP_VER|src/net/ipv6.c|Unsupported version
3c0662|ENOTSUP_HDR|src/net/ipv6.c|Unsupported header type
3c0663|ENOTSUP_OPT|src/net/ipv6.c|Unsupported option
3c0c61|ENOTSUP_CONNECTION|src/net/tcp/httpcore.c|Unsupported connection header
3c0c62|ENOTSUP_TRANSFER|src/net/tcp/httpcore.c|Unsupported transfer encoding
3c0d61|ENOTSUP_INITIATOR_STATUS|src/net/tcp/iscsi.c|Unsupported initiator status
3c0d62|ENOTSUP_OPCODE|src/net/tcp/iscsi.c|Unsupported opcode
3c0d63|ENOTSUP_DISCOVERY|src/net/tcp/iscsi.c|Discovery not supported
3c0d64|ENOTSUP_TARGET_STATUS|src/net/tcp/iscsi.c|Unsupported target status
3c0de1|ENOTSUP_CIPHER|src/net/tls.c|Unsupported cipher
3c0de2|ENOTSUP_NULL|src/net/tls.c|Refusing to use null cipher
3c0de3|ENOTSUP_SIG_HASH|src/net/tls.c|Unsupported signature and hash algorithm
3c0de4|ENOTSUP_VERSION|src/net/tls.c|Unsupported protocol version
3c0de5|ENOTSUP_GROUP|src/net/tls.c|Unsupported key exchange group
3c0e41|ENOTSUP_MORONIC_SPECIFICATION|src/drivers/usb/usbio.c|EFI_USB_IO_PROTOCOL was designed by morons
3c16e1|ENOTSUP_ALGORITHM|src/crypto/x509.c|Unsupported algorithm
3c16e2|ENOTSUP_EXTENSION|src/crypto/x509.c|Unsupported extension
3c2ae1|ENOTSUP_TYPE|src/crypto/cms.c|Unrecognised message type
3c2fe1|ENOTSUP_RESPONSE_TYPE|src/crypto/ocsp.c|Unsupported OCSP response type
3c2fe2|ENOTSUP_RESPONDER_ID|src/crypto/ocsp.c|Unsupported OCSP responder ID
3c3f62|ENOTSUP_PROTOCOL|src/net/stp.c|Non-STP packet received
3c3f63|ENOTSUP_VERSION|src/net/stp.c|Legacy STP packet received
3c3f64|ENOTSUP_TYPE|src/net/stp.c|Non-RSTP packet received
3d00e1|ENOTTY_ALGORITHM|src/crypto/asn1.c|Inappropriate algorithm
3e1161|ENXIO_NO_RECORD|src/net/udp/dns.c|DNS name does not exist
3e1162|ENXIO_NO_NAMESERVER|src/net/udp/dns.c|No DNS servers available
3e4741|ENXIO_ARP_REPLY|src/drivers/net/ipoib.c|Missing REMAC for ARP reply target address
3e4742|ENXIO_NON_IPV4|src/drivers/net/ipoib.c|Missing REMAC for non-IPv4 packet
3e4743|ENXIO_ARP_SENT|src/drivers/net/ipoib.c|Missing REMAC for IPv4 packet (ARP sent)
410c61|EPERM_403|src/net/tcp/httpcore.c|HTTP 403 Forbidden
410d61|EPERM_INITIATOR_AUTHENTICATION|src/net/tcp/iscsi.c|Initiator authentication failed
410d62|EPERM_INITIATOR_AUTHORISATION|src/net/tcp/iscsi.c|Initiator not authorised
410de1|EPERM_ALERT|src/net/tls.c|Received fatal alert
410de2|EPERM_VERIFY|src/net/tls.c|Handshake verification failed
410de4|EPERM_RENEG_INSECURE|src/net/tls.c|Secure renegotiation not supported
410de5|EPERM_RENEG_VERIFY|src/net/tls.c|Secure renegotiation verification failed
410de6|EPERM_KEY_EXCHANGE|src/net/tls.c|ServerKeyExchange verification failed
410de7|EPERM_EMS|src/net/tls.c|Extended master secret extension mismatch
410de8|EPERM_BOUND|src/net/tls.c|Bound identity not validated
4226e1|EPIPE_REPETITION_COUNT_TEST|src/crypto/entropy.c|Repetition count test failed
4226e2|EPIPE_ADAPTIVE_PROPORTION_TEST|src/crypto/entropy.c|Adaptive proportion test failed
42cf41|EPIPE_NO_MUX|src/drivers/net/iphone.c|No USB multiplexer
430460|EPROTO_BAD_HEADER|src/net/icmpv6.c|Erroneous header field
430461|EPROTO_NEXT_HEADER|src/net/icmpv6.c|Unrecognised next header type
430462|EPROTO_OPTION|src/net/icmpv6.c|Unrecognised IPv6 option
430c61|EPROTO_UNSOLICITED|src/net/tcp/httpcore.c|Unsolicited data
430d61|EPROTO_INVALID_CHAP_ALGORITHM|src/net/tcp/iscsi.c|Invalid CHAP algorithm
430d62|EPROTO_INVALID_CHAP_IDENTIFIER|src/net/tcp/iscsi.c|Invalid CHAP identifier
430d63|EPROTO_INVALID_LARGE_BINARY|src/net/tcp/iscsi.c|Invalid large binary value
430d64|EPROTO_INVALID_CHAP_RESPONSE|src/net/tcp/iscsi.c|Invalid CHAP response
430d65|EPROTO_INVALID_KEY_VALUE_PAIR|src/net/tcp/iscsi.c|Invalid key/value pair
430d66|EPROTO_VALUE_REJECTED|src/net/tcp/iscsi.c|Parameter rejected
430de1|EPROTO_VERSION|src/net/tls.c|Illegal protocol version upgrade
431b21|EPROTO_LEN|src/core/pinger.c|Incorrect reply length
431b22|EPROTO_DATA|src/core/pinger.c|Incorrect reply data
431b23|EPROTO_SEQ|src/core/pinger.c|Delayed or out-of-sequence reply
433b61|EPROTO_UNSPECFAIL|src/net/udp/dhcpv6.c|Unspecified server failure
433b62|EPROTO_NOADDRSAVAIL|src/net/udp/dhcpv6.c|No addresses available
433b63|EPROTO_NOBINDING|src/net/udp/dhcpv6.c|Client record unavailable
433b64|EPROTO_NOTONLINK|src/net/udp/dhcpv6.c|Prefix not on link
433b65|EPROTO_USEMULTICAST|src/net/udp/dhcpv6.c|Use multicast address
438920|EPROTO_OPEN|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC open failed
438921|EPROTO_COMMAND_LEN|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC command length failed
438922|EPROTO_COMMAND_DATA|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC command data failed
438923|EPROTO_REPLY_LEN|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC reply length failed
438924|EPROTO_REPLY_DATA|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC reply data failed
438925|EPROTO_REPLY_FINISH|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC reply finish failed
438926|EPROTO_CLOSE|src/arch/x86/interface/vmware/guestrpc.c|GuestRPC close failed
460381|ERANGE_SEGMENT|src/image/segment.c|Requested memory not available
462d61|ERANGE_READ_DATA_ORDERING|src/net/fcp.c|Read data out of order
462d62|ERANGE_READ_DATA_OVERRUN|src/net/fcp.c|Read data overrun
462d63|ERANGE_WRITE_DATA_STUCK|src/net/fcp.c|Write data stuck
462d64|ERANGE_WRITE_DATA_OVERRUN|src/net/fcp.c|Write data overrun
462d65|ERANGE_DATA_UNDERRUN|src/net/fcp.c|Data underrun
4c0460|ETIMEDOUT_HOP|src/net/icmpv6.c|Hop limit exceeded in transit
4c0461|ETIMEDOUT_REASSEMBLY|src/net/icmpv6.c|Fragment reassembly time exceeded
`;

/** `errno name text`: bits 24 to 30 of a code. */
export const IPXE_ERRNOS = `
00 ENOERR Operation completed successfully
01 E2BIG Argument list too long
02 EACCES Permission denied
03 EADDRINUSE Address already in use
04 EADDRNOTAVAIL Address not available
05 EAFNOSUPPORT Address family not supported
06 EAGAIN Resource temporarily unavailable
07 EALREADY Connection already in progress
08 EBADF Bad file descriptor
09 EBADMSG Bad message
0a EBUSY Device or resource busy
0b ECANCELED Operation canceled
0c ECHILD No child processes
0d ECONNABORTED Connection aborted
0e ECONNREFUSED Connection refused
0f ECONNRESET Connection reset
10 EDEADLK Resource deadlock avoided
11 EDESTADDRREQ Destination address required
12 EDOM Mathematics argument out of domain of function
13 EDQUOT Disk quote exceeded
14 EEXIST File exists
15 EFAULT Bad address
16 EFBIG File too large
17 EHOSTUNREACH Host is unreachable
18 EIDRM Identifier removed
19 EILSEQ Illegal byte sequence
1a EINPROGRESS Operation in progress
1b EINTR Interrupted function call
1c EINVAL Invalid argument
1d EIO Input/output error
1e EISCONN Socket is connected
1f EISDIR Is a directory
20 ELOOP Too many levels of symbolic links
21 EMFILE Too many open files
22 EMLINK Too many links
23 EMSGSIZE Message too long
24 EMULTIHOP Multihop attempted
25 ENAMETOOLONG Filename too long
26 ENETDOWN Network is down
27 ENETRESET Connection aborted by network
28 ENETUNREACH Network unreachable
29 ENFILE Too many open files in system
2a ENOBUFS No buffer space available
2b ENODATA No message is available on the STREAM 
2c ENODEV No such device
2d ENOENT No such file or directory
2e ENOEXEC Exec format error
2f ENOLCK No locks available
30 ENOLINK Link has been severed
31 ENOMEM Not enough space
32 ENOMSG No message of the desired type
33 ENOPROTOOPT Protocol not available
34 ENOSPC No space left on device
35 ENOSR No STREAM resources
36 ENOSTR Not a STREAM
37 ENOSYS Function not implemented
38 ENOTCONN The socket is not connected
39 ENOTDIR Not a directory
3a ENOTEMPTY Directory not empty
3b ENOTSOCK Not a socket
3c ENOTSUP Operation not supported
3d ENOTTY Inappropriate I/O control operation
3e ENXIO No such device or address
3f EOPNOTSUPP Operation not supported on socket
40 EOVERFLOW Value too large to be stored in data type
41 EPERM Operation not permitted
42 EPIPE Broken pipe
43 EPROTO Protocol error
44 EPROTONOSUPPORT Protocol not supported
45 EPROTOTYPE Protocol wrong type for socket
46 ERANGE Result too large
47 EROFS Read-only file system
48 ESPIPE Invalid seek
49 ESRCH No such process
4a ESTALE Stale file handle
4b ETIME Timer expired
4c ETIMEDOUT Connection timed out
4d ETXTBSY Text file busy
4e EWOULDBLOCK Operation would block
4f EXDEV Improper link
`;

/** `bits 13 to 23|source file without its ending`. */
export const IPXE_FILES = `
002000|asprintf
004000|eisa
006000|aoe
008000|image
00e000|asn1
012000|downloader
014000|isa
016000|arp
018000|elf
01e000|chap
022000|exec
024000|isapnp
026000|dhcpopts
028000|script
02e000|aoeboot
032000|blob
034000|mca
036000|ethernet
038000|segment
03e000|autoboot
042000|iobuf
044000|pci
046000|icmpv6
048000|efi_image
04e000|dhcpmgmt
052000|job
054000|linux
056000|ipv4
058000|embedded
05e000|imgmgmt
062000|linebuf
064000|pcivpd
066000|ipv6
068000|pnm
06e000|pxe_tftp
072000|monojob
074000|usb
076000|ndp
078000|png
07e000|pxe_udp
082000|nvo
084000|usbhub
086000|netdevice
088000|der
08e000|aes
092000|open
094000|xhci
096000|nullnet
098000|pem
09e000|cipher
0a2000|posix_io
0a4000|ehci
0a6000|tcp
0a8000|archive
0ae000|image_cmd
0b2000|resolv
0b4000|uhci
0b6000|ftp
0b8000|zlib
0be000|uri_test
0c2000|settings
0c4000|usbhid
0c6000|httpcore
0c8000|gzip
0ce000|ibft
0d2000|vsprintf
0d4000|usbkbd
0d6000|iscsi
0d8000|efi_siglist
0de000|tls
0e2000|xfer
0e4000|usbio
0e6000|tcpip
0e8000|lkrn
0ee000|ifmgmt
0f2000|bitmap
0f6000|udp
0f8000|initrd
0fe000|iscsiboot
102000|base64
104000|nvs
106000|dhcp
108000|mime
10e000|efi_pci
112000|base16
114000|spi
116000|dns
11e000|efi_snp
122000|blockdev
124000|i2c_bit
126000|tftp
12e000|smbios
132000|acpi
134000|spi_bit
136000|infiniband
13e000|smbios_settings
142000|null_sanboot
144000|nvsvpd
146000|netdev_settings
14e000|efi_smbios
152000|edd
154000|uart
156000|dhcppkt
15e000|pxemenu
162000|parseopt
164000|ns16550
166000|slam
16e000|x509
172000|test
174000|dwuart
176000|ib_sma
17e000|login_ui
182000|xferbuf
186000|ib_packet
18e000|ib_srpboot
192000|pending
196000|icmpv4
19e000|iwmgmt
1a2000|null_reboot
1a6000|ib_qset
1ae000|linux_smbios
1b2000|pinger
1b6000|ib_gma
1be000|lotest
1c2000|fbcon
1c6000|ib_pathrec
1ce000|config_cmd
1d2000|ansicol
1d6000|ib_mcast
1de000|ifmgmt_cmd
1e2000|ansicoldef
1e6000|ib_cm
1ee000|fcmgmt_cmd
1f2000|fault
1f6000|net80211
1fe000|gdbstub_cmd
202000|blocktrans
204000|3c509
206000|ib_mi
20e000|sanboot_cmd
212000|pixbuf
214000|bnx2
216000|ib_cmrc
21e000|bofm
222000|efi_block
224000|cs89x0
226000|ib_srp
22e000|prompt
232000|sanboot
234000|eepro
236000|sec80211
23e000|nvo_cmd
242000|dummy_sanboot
244000|etherfabric
246000|wep
24e000|hmac_drbg
252000|fdt
254000|legacy
256000|eapol
25e000|drbg
262000|dma
264000|natsemi
266000|wpa
26e000|entropy
272000|cachedhcp
274000|pnic
276000|wpa_psk
27e000|rsa
282000|acpimac
284000|prism2_pci
286000|wpa_tkip
28e000|linux_entropy
292000|efi_strings
294000|prism2_plx
296000|wpa_ccmp
29e000|x509_test
2a2000|uuid
2a4000|rtl8139
2a6000|eth_slow
2ae000|cms
2b2000|efi_path
2b4000|smc9000
2b6000|fc
2be000|imgtrust
2c2000|efi_mp
2c4000|tg3
2c6000|fcels
2ce000|menu_ui
2d2000|efi_service
2d4000|3c509_eisa
2d6000|fcp
2de000|dynui_cmd
2e2000|null_smbios
2e4000|3c515
2e6000|fcoe
2ee000|validator
2f2000|efi_open
2f4000|3c529
2f6000|fcns
2fe000|ocsp
302000|efi_table
304000|3c595
306000|vlan
30e000|nslookup
312000|efi_connect
314000|3c5x9
316000|oncrpc
31e000|efi_snp_hii
322000|gpio
324000|3c90x
326000|portmap
32e000|readline
332000|spcr
334000|amd8111e
336000|nfs
33e000|efi_bofm
342000|disklog
344000|davicom
346000|nfs_open
34e000|efi_console
352000|efi_disklog
354000|depca
356000|mount
35e000|efi_debug
362000|datauri
364000|dmfe
366000|oncrpc_iob
36e000|efi_download
372000|dmesg
376000|neighbour
37e000|efi_driver
384000|eepro100
386000|socket
38e000|efi_file
394000|epic100
396000|icmp
39e000|efi_init
3a4000|forcedeth
3a6000|ping
3ae000|efi_timer
3b4000|mtd80x
3b6000|dhcpv6
3be000|efi_umalloc
3c4000|ns83820
3c6000|nfs_uri
3ce000|linux_pci
3d4000|ns8390
3d6000|rndis
3de000|pci_settings
3e4000|pcnet32
3e6000|pccrc
3ee000|efi_reboot
3f4000|r8169
3f6000|stp
3fe000|memmap_settings
404000|sis900
406000|pccrd
40e000|param_cmd
414000|sundance
416000|httpconn
41e000|deflate
424000|tlan
426000|httpauth
42e000|xenstore
434000|tulip
436000|httpbasic
43e000|xenbus
444000|rhine
446000|httpdigest
44e000|xengrant
454000|velocity
456000|peerdisc
45e000|efi_utils
464000|w89c840
466000|peerblk
46e000|efi_wrap
474000|ipoib
476000|peermux
47e000|vmbus
484000|e1000_main
486000|xsigo
48e000|efi_time
494000|e1000e_main
496000|ntp
49e000|efi_watchdog
4a4000|mtnic
4a6000|httpntlm
4ae000|efi_pxe
4b4000|phantom
4b6000|eap
4be000|efi_usb
4c4000|ne2k_isa
4c6000|lldp
4ce000|efi_fbcon
4d4000|b44
4d6000|eap_md5
4de000|efi_local
4e4000|rtl818x
4e6000|eap_mschapv2
4ee000|efi_entropy
4f4000|sky2
4f6000|syslogs
4fe000|cert_cmd
504000|ath5k
50e000|acpi_settings
514000|atl1e
51e000|ntlm
524000|sis190
52e000|efi_veto
534000|myri10ge
53e000|efi_autoboot
544000|skge
54e000|efi_autoexec
554000|vxge_main
55e000|efi_cachedhcp
564000|vxge_config
56e000|linux_sysfs
574000|vxge_traffic
57e000|linux_acpi
584000|igb_main
58e000|dynkeymap
594000|snpnet
59e000|pci_cmd
5a4000|snponly
5ae000|dhe
5b4000|jme
5be000|efi_cmdline
5c4000|virtio_net
5ce000|efi_rng
5d4000|tap
5de000|efi_shim
5e4000|igbvf_main
5ee000|efi_settings
5f4000|ath9k
5fe000|x25519
604000|ath
60e000|des
614000|vmxnet3
61e000|editstring
624000|mii
62e000|widget_ui
634000|realtek
63e000|form_ui
644000|skeleton
64e000|usb_cmd
654000|intel
65e000|usb_settings
664000|myson
66e000|weierstrass
674000|intelx
67e000|efi_cacert
684000|snp
68e000|elliptic
694000|netfront
69e000|ecdsa
6a4000|nii
6ae000|crypto_null
6b4000|netvsc
6be000|ffdhe
6c4000|ecm
6ce000|cbc
6d4000|ncm
6e4000|usbnet
6f4000|dm96xx
704000|scsi
714000|arbel
724000|hermon
734000|linda
744000|ata
754000|srp
764000|qib7322
774000|smsc75xx
784000|intelvf
794000|intelxvf
7a4000|smsc95xx
7b4000|acm
7c4000|eoib
7d4000|golan
7e4000|flexboot_nodnic
7f4000|virtio
804000|timer_rdtsc
806000|undi
808000|bootsector
80e000|cpuid_cmd
812000|int15
814000|timer_bios
816000|undiload
818000|bzimage
81e000|cpuid_settings
822000|pnpbios
824000|hvm
826000|undinet
828000|eltorito
832000|bios_smbios
834000|hyperv
836000|undionly
838000|multiboot
842000|biosint
844000|x86_uart
846000|undirom
848000|nbi
852000|int13
858000|pxe_image
862000|pxeparent
868000|elfboot
872000|runtime
878000|comboot
882000|vmware
888000|com32
892000|guestrpc
898000|comboot_resolv
8a2000|guestinfo
8a8000|comboot_call
8b2000|apm
8b8000|sdi
8c2000|vesafb
8d2000|int13con
8d8000|pxe_call
8e2000|gdbmach
8e8000|ucode
8f2000|rtc_entropy
902000|acpipwr
912000|cpuid
922000|rdtsc_timer
932000|acpi_timer
942000|rdrand
c04000|pciea
c14000|axge
c24000|thunderx
c34000|af_packet
c44000|sfc_hunt
c54000|efx_hunt
c64000|exanic
c74000|smscusb
c84000|lan78xx
c94000|ena
ca4000|icplus
cb4000|intelxl
cc4000|pcimsix
cd4000|intelxlvf
ce4000|usbblk
cf4000|iphone
d04000|slirp
d14000|rdc
d24000|ice
d34000|ecam
d44000|pcibridge
d54000|mnpnet
d64000|gve
d74000|aqc1xx
d84000|atl_hw
d94000|atl2_hw
da4000|devtree
db4000|cgem
dc4000|dwmac
dd4000|dwusb
de4000|dwgpio
`;
