using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Ftte.Http;

/// <summary>Represents the certificate and the private key with which a device authenticates to a coordinator.</summary>
/// <remarks>
/// The P-256 key is created on the device, is stored in a file that only the device's account may read, and is never sent. A device trusts the authority of its coordinator
/// only, whose fingerprint it gets together with the enrollment token. Safe for concurrent calls.
/// </remarks>
public sealed class DeviceIdentity : IDisposable
{
    private const string IdentityFile = "identity.pem";
    private const string PendingKeyFile = "pending.key";
    private const int MaxCertificateBytes = 64 * 1024;

    private readonly string _folder;

    private DeviceIdentity(string folder, X509Certificate2 certificate, X509Certificate2 authority)
    {
        _folder = folder;
        Certificate = certificate;
        Authority = authority;
        Client = new ClientId(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
    }

    /// <summary>Gets the ID of the device, from its certificate.</summary>
    public ClientId Client { get; }

    /// <summary>Gets the certificate of the device, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Gets the certificate of the coordinator's authority.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>Loads the identity of a device that has enrolled.</summary>
    /// <param name="folder">The folder that was specified when it enrolled.</param>
    /// <returns>The identity; null if the device has not enrolled.</returns>
    /// <exception cref="IOException">The file cannot be read or is not valid.</exception>
    public static DeviceIdentity? Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string path = Path.Combine(folder, IdentityFile);
        return File.Exists(path) ? Read(folder, File.ReadAllText(path)) : null;
    }

    /// <summary>Enrolls a device: creates its key and gets a certificate for it.</summary>
    /// <param name="address">The address of the coordinator's endpoints, such as <c>https://coordinator.example/ftte</c>.</param>
    /// <param name="token">The one-time token. It is sent only after the server has proved that it belongs to the authority.</param>
    /// <param name="authorityFingerprint">The SHA-256 of the authority's certificate, 64 hexadecimal digits. It comes with the token.</param>
    /// <param name="client">The ID that the device takes.</param>
    /// <param name="folder">The folder for the key and the certificate.</param>
    /// <param name="cancellationToken">Cancels the call. It may be repeated with the same token, folder and ID.</param>
    /// <returns>The identity, which is stored in the folder.</returns>
    /// <exception cref="ServerProblemException">The coordinator refused; <see cref="ServerProblemException.Reason"/> is <c>token-used</c>, for example.</exception>
    /// <exception cref="IOException">The coordinator cannot be reached or has another authority, or the folder cannot be written.</exception>
    public static async Task<DeviceIdentity> EnrollAsync(
        Uri address, string token, string authorityFingerprint, ClientId client, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentException.ThrowIfNullOrWhiteSpace(token);
        ArgumentException.ThrowIfNullOrWhiteSpace(authorityFingerprint);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrEmpty(client.Value, nameof(client));
        using X509Certificate2 authority = await GetAuthorityAsync(address, authorityFingerprint, cancellationToken).ConfigureAwait(false);
        using ECDsa key = LoadOrCreateKey(folder);
        using HttpClient http = CreateClient(authority, certificate: null);
        DeviceIdentity identity = await RequestAsync(http, address, HttpProtocol.EnrollPath, new AuthenticationHeaderValue(HttpProtocol.TokenScheme, token), client, key, authority, folder, cancellationToken).ConfigureAwait(false);
        File.Delete(Path.Combine(folder, PendingKeyFile));
        return identity;
    }

    /// <summary>Determines whether less than a third of the certificate's lifetime is left, so that it should be renewed.</summary>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <returns>True if the certificate should be renewed or has expired.</returns>
    public bool ShouldRenew(TimeProvider? time = null)
    {
        DateTime now = (time ?? TimeProvider.System).GetUtcNow().UtcDateTime, end = Certificate.NotAfter.ToUniversalTime();
        return end - now < (end - Certificate.NotBefore.ToUniversalTime()) / 3;
    }

    /// <summary>Gets a new certificate for a new key. The present certificate must not have expired.</summary>
    /// <param name="address">The address of the coordinator's endpoints.</param>
    /// <param name="cancellationToken">Cancels the call, which may be repeated.</param>
    /// <returns>The new identity, which replaces this one in the folder.</returns>
    /// <exception cref="IOException">The coordinator refused or cannot be reached.</exception>
    public async Task<DeviceIdentity> RenewAsync(Uri address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpClient http = CreateClient();
        return await RequestAsync(http, address, HttpProtocol.RenewPath, authorization: null, Client, key, Authority, _folder, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Creates an HTTP client that presents the certificate and trusts servers of the authority only.</summary>
    /// <returns>The client, for HTTP/2 or HTTP/1.1, without a timeout of its own; the caller disposes it.</returns>
    public HttpClient CreateClient() => CreateClient(Authority, Certificate);

    /// <inheritdoc />
    public void Dispose()
    {
        Certificate.Dispose();
        Authority.Dispose();
    }

    private static HttpClient CreateClient(X509Certificate2 authority, X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromHours(1), EnableMultipleHttp2Connections = true };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { authority },
        };
        if (certificate is not null)
        {
            // A context sends the certificate even if the server does not list the authority.
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        }

        // The calls have a timeout of their own, which ends those without progress only: a large update takes long on a slow link.
        return new HttpClient(handler, disposeHandler: true)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Downloads the authority's certificate without trust in the server, and compares it with the fingerprint.</summary>
    private static async Task<X509Certificate2> GetAuthorityAsync(Uri address, string fingerprint, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler();
#pragma warning disable CA5359 // Nothing secret is sent, and the answer is compared with the fingerprint.
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        using var http = new HttpClient(handler);
        string pem = await ExchangeAsync(http, address, HttpMethod.Get, HttpProtocol.AuthorityPath, content: null, authorization: null, cancellationToken).ConfigureAwait(false);
        X509Certificate2 authority = Parse(address, pem);
        string actual = Convert.ToHexStringLower(authority.GetCertHash(HashAlgorithmName.SHA256));
        if (string.Equals(actual, fingerprint, StringComparison.OrdinalIgnoreCase))
        {
            return authority;
        }

        authority.Dispose();
        throw new IOException($"The server at {address} has an authority with the fingerprint {actual}, not {fingerprint}. The address or the fingerprint is wrong, or the connection is intercepted. Nothing was sent.");
    }

    private static async Task<DeviceIdentity> RequestAsync(
        HttpClient http, Uri address, string path, AuthenticationHeaderValue? authorization, ClientId client, ECDsa key, X509Certificate2 authority, string folder, CancellationToken cancellationToken)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(client.Value);
        using var content = new ByteArrayContent(new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequest());
        content.Headers.ContentType = new MediaTypeHeaderValue(HttpProtocol.CertificateRequestType);
        string certificate = await ExchangeAsync(http, address, HttpMethod.Post, path, content, authorization, cancellationToken).ConfigureAwait(false);
        string text = $"{certificate.Trim()}\n{authority.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
        DeviceIdentity identity = Read(folder, text);
        if (identity.Client != client)
        {
            identity.Dispose();
            throw new IOException($"The coordinator issued a certificate for '{identity.Client}' instead of '{client}'. Check the coordinator.");
        }

        SecretFile.Write(Path.Combine(folder, IdentityFile), text);
        return identity;
    }

    private static async Task<string> ExchangeAsync(
        HttpClient http, Uri address, HttpMethod method, string path, HttpContent? content, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using var connection = new HttpConnection(http, address, TimeProvider.System);
        using HttpRequestMessage request = connection.CreateRequest(method, path);
        request.Content = content;
        request.Headers.Authorization = authorization;
        ReadOnlyMemory<byte> answer = await connection.CallAsync(
            new HttpFederatedServerOptions().Timeout, deadline => connection.ExchangeAsync(request, HttpProtocol.CertificateType, MaxCertificateBytes, deadline), cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(answer.Span);
    }

    private static ECDsa LoadOrCreateKey(string folder)
    {
        // Kept until the certificate has arrived: if the answer is lost, the token is valid for this key only.
        string path = Path.Combine(folder, PendingKeyFile);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            try
            {
                key.ImportFromPem(File.ReadAllText(path));
                return key;
            }
            catch (Exception error) when (error is ArgumentException or CryptographicException)
            {
                // It was not written completely, so it was never sent.
            }
        }

        SecretFile.CreateFolder(folder);
        SecretFile.Write(path, key.ExportPkcs8PrivateKeyPem());
        return key;
    }

    private static X509Certificate2 Parse(Uri address, string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException error)
        {
            throw new IOException($"The server at {address} sent no certificate: {error.Message} Check the address.", error);
        }
    }

    private static DeviceIdentity Read(string folder, string text)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(text);
            if (certificates.Count < 2)
            {
                throw new CryptographicException(string.Create(CultureInfo.InvariantCulture, $"{certificates.Count} certificates instead of 2."));
            }

            using X509Certificate2 withKey = X509Certificate2.CreateFromPem(text, text);
            certificates[0].Dispose();

            // Not every platform can use the key for TLS before it was imported.
            return new DeviceIdentity(folder, X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), password: null), certificates[1]);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new IOException($"The identity in '{folder}' is not a certificate with its key: {error.Message} Delete the folder and enroll the device again.", error);
        }
    }
}
