using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ftte.AspNetCore;

/// <summary>Represents the coordinator's own certificate authority, which signs the certificates of devices and of the server.</summary>
/// <remarks>
/// Certificates use P-256 and SHA-256. The private key of a device is created on the device and never leaves it: the authority sees a PKCS#10 request only. Safe for concurrent calls.
/// </remarks>
public sealed class CertificateAuthority : IDisposable
{
    private const string CertificateFile = "authority.pem";
    private const string KeyFile = "authority.key";
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time) => (Certificate, _time) = (certificate, time);

    /// <summary>Gets the certificate of the authority, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Gets the SHA-256 of the certificate as 64 lowercase hexadecimal digits, by which a device recognizes the authority before it enrolls.</summary>
    public string Fingerprint => Convert.ToHexStringLower(Certificate.GetCertHash(HashAlgorithmName.SHA256));

    /// <summary>Creates an authority with a new key that is kept in memory only.</summary>
    /// <param name="name">The name in its certificate.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <returns>The authority, valid for 20 years.</returns>
    public static CertificateAuthority Create(string name, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        time ??= TimeProvider.System;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CreateRequest(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = time.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - ClockTolerance, now.AddYears(20)), time);
    }

    /// <summary>Loads the authority from a folder, or creates it there.</summary>
    /// <param name="folder">The folder. Only the server's account may read it, because it contains the private key.</param>
    /// <param name="name">The name in the certificate of a new authority.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <returns>The authority.</returns>
    /// <exception cref="IOException">The folder cannot be read or written, or its files do not contain an authority.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is write-protected.</exception>
    public static CertificateAuthority LoadOrCreate(string folder, string name, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string certificate = Path.Combine(folder, CertificateFile), key = Path.Combine(folder, KeyFile);
        if (File.Exists(certificate))
        {
            try
            {
                return new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificate, key), time ?? TimeProvider.System);
            }
            catch (CryptographicException error)
            {
                throw new IOException($"'{certificate}' and '{key}' are not a certificate and its key: {error.Message} Restore them from a backup. Without them, every device must enroll again.", error);
            }
        }

        CertificateAuthority created = Create(name, time);
        SecretFile.CreateFolder(folder);
        using (ECDsa secret = created.Certificate.GetECDsaPrivateKey()!)
        {
            SecretFile.Write(key, secret.ExportPkcs8PrivateKeyPem());
        }

        SecretFile.Write(certificate, created.Certificate.ExportCertificatePem());
        return created;
    }

    /// <summary>Creates a certificate with a new key for a server.</summary>
    /// <param name="hosts">The host names and IP addresses under which devices reach the server, at least one.</param>
    /// <param name="lifetime">The lifetime.</param>
    /// <returns>The certificate with its private key; the caller disposes it.</returns>
    public X509Certificate2 IssueServer(IReadOnlyCollection<string> hosts, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        ArgumentOutOfRangeException.ThrowIfZero(hosts.Count, nameof(hosts));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CreateRequest(hosts.First(), key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = Issue(request, ServerAuthentication, lifetime);
        using X509Certificate2 whole = certificate.CopyWithPrivateKey(key);

        // Not every platform can use the key before it was imported.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), password: null);
    }

    /// <summary>Signs the request of a device.</summary>
    /// <param name="client">The ID of the device, which becomes the subject of the certificate, whatever the request says.</param>
    /// <param name="request">The PKCS#10 request in DER form, signed with the device's P-256 key.</param>
    /// <param name="lifetime">The lifetime.</param>
    /// <returns>The certificate without a private key; the caller disposes it.</returns>
    /// <exception cref="CryptographicException">The request is not valid, is not signed with its own key, or has another kind of key.</exception>
    public X509Certificate2 IssueDevice(ClientId client, ReadOnlySpan<byte> request, TimeSpan lifetime)
    {
        ArgumentException.ThrowIfNullOrEmpty(client.Value, nameof(client));

        // Loading verifies the signature, which proves that the device has the private key.
        var signed = CertificateRequest.LoadSigningRequest(request.ToArray(), HashAlgorithmName.SHA256, out int read);
        using ECDsa? key = signed.PublicKey.GetECDsaPublicKey();
        if (read != request.Length || key?.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
        {
            throw new CryptographicException("The certificate request must contain a P-256 key and nothing else.");
        }

        return Issue(CreateRequest(client.Value, key), ClientAuthentication, lifetime);
    }

    /// <inheritdoc />
    public void Dispose() => Certificate.Dispose();

    private static CertificateRequest CreateRequest(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
    }

    private X509Certificate2 Issue(CertificateRequest request, string purpose, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        DateTimeOffset now = _time.GetUtcNow(), end = now + lifetime;
        DateTimeOffset last = new(Certificate.NotAfter.ToUniversalTime());
        return request.Create(Certificate, now - ClockTolerance, end < last ? end : last, CreateSerialNumber());
    }

    private static byte[] CreateSerialNumber()
    {
        byte[] serial = RandomNumberGenerator.GetBytes(16);

        // A serial number is positive and has no leading zero.
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
