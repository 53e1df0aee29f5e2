using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore;

/// <summary>Stores which devices may take part and with which certificates, and issues these against one-time tokens. <see cref="DeviceRegistry"/> stores memory budgets instead.</summary>
/// <remarks>
/// Devices are enrolled, renewed and revoked while the server runs. Tokens are stored as hashes. Safe for concurrent calls. Holds one small record per device and per token.
/// </remarks>
public sealed class DeviceDirectory : IDisposable
{
    private const int TokenBytes = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Token> _tokens = [];
    private readonly Dictionary<ClientId, Record> _devices = [];
    private readonly Dictionary<string, ClientId> _byCertificate = [];
    private readonly CertificateAuthority _authority;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private readonly DirectoryFile? _file;

    /// <summary>Creates a directory, or loads it from a file.</summary>
    /// <param name="authority">The authority that signs the certificates. Borrowed.</param>
    /// <param name="certificateLifetime">The lifetime of new certificates, positive.</param>
    /// <param name="file">The file that stores the directory; null to keep it in memory only.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <exception cref="ArgumentException">The lifetime is not positive.</exception>
    /// <exception cref="IOException">The file is in use, cannot be read, or is corrupt.</exception>
    public DeviceDirectory(CertificateAuthority authority, TimeSpan certificateLifetime, string? file = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(certificateLifetime, TimeSpan.Zero);
        (_authority, _lifetime, _time) = (authority, certificateLifetime, time ?? TimeProvider.System);
        _file = file is null ? null : new DirectoryFile(file, Apply);
    }

    /// <summary>Creates a token with which one device can enroll once.</summary>
    /// <param name="validFor">The time for which the token is valid, positive.</param>
    /// <param name="client">
    /// The ID that the device must take; null for any ID that no device has. A device that has enrolled before, or was revoked, needs a token for its ID to enroll again.
    /// </param>
    /// <returns>The token. It is not stored and cannot be shown again.</returns>
    /// <exception cref="ArgumentException">The time is not positive.</exception>
    public string CreateToken(TimeSpan validFor, ClientId? client = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(validFor, TimeSpan.Zero);
        string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        DateTimeOffset now = _time.GetUtcNow();
        lock (_lock)
        {
            Store(new DirectoryEntry { Kind = "token", Token = Hash(token), Client = client?.Value, At = now, Expires = now + validFor });
        }

        return token;
    }

    /// <summary>Returns the devices, in the order of their IDs.</summary>
    /// <returns>The devices, with revoked ones.</returns>
    public ImmutableArray<EnrolledDevice> GetDevices()
    {
        lock (_lock)
        {
            return [.. _devices.Values.Select(record => record.Device).OrderBy(device => device.Client.Value, StringComparer.Ordinal)];
        }
    }

    /// <summary>Revokes a device. Its next request is rejected.</summary>
    /// <param name="client">The ID of the device.</param>
    /// <returns>True if the device was revoked; false if no such device has enrolled.</returns>
    public bool Revoke(ClientId client)
    {
        lock (_lock)
        {
            if (!_devices.ContainsKey(client))
            {
                return false;
            }

            Store(new DirectoryEntry { Kind = "revoked", Client = client.Value, At = _time.GetUtcNow() });
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file?.Dispose();

    /// <summary>Returns the device that a certificate of the authority was issued to; null if it is not the certificate of a device, or no longer.</summary>
    internal EnrolledDevice? Find(X509Certificate2 certificate)
    {
        string hash = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        lock (_lock)
        {
            return _byCertificate.TryGetValue(hash, out ClientId client) ? _devices[client].Device : null;
        }
    }

    /// <summary>Issues the certificate of a new device, or of a device that enrolls again.</summary>
    /// <exception cref="ProblemException">The token or the request is not valid.</exception>
    internal X509Certificate2 Enroll(string token, ReadOnlySpan<byte> request)
    {
        (ClientId client, string key) = ReadRequest(request);
        lock (_lock)
        {
            string hash = Hash(token);
            Token known = _tokens.GetValueOrDefault(hash) ?? throw Refuse("token-unknown", "The server did not issue this token, or removed it after it expired. Get another token.");
            if (_time.GetUtcNow() >= known.Expires)
            {
                throw Refuse("token-expired", "The token has expired. Get another token.");
            }

            if (known.Client is { } bound && bound != client)
            {
                throw Refuse("token-client", $"The token is for another client than '{client}'. Use the ID that it was issued for.");
            }

            // The same key may use its token again, because the answer to its first request may have been lost.
            if (known.Key is { } user && user != key)
            {
                throw Refuse("token-used", "Another device has used the token. Get another token.");
            }

            if (known is { Client: null, Key: null } && _devices.ContainsKey(client))
            {
                throw new ProblemException(StatusCodes.Status409Conflict, "client-exists", $"A device has enrolled as '{client}'. Use another ID, or get a token that was issued for this one.");
            }

            return Issue("enrolled", client, request, hash, key);
        }
    }

    /// <summary>Issues another certificate of a device. The previous one stays valid until it expires or the device renews again, because the answer may be lost.</summary>
    internal X509Certificate2 Renew(ClientId client, ReadOnlySpan<byte> request)
    {
        (ClientId named, string key) = ReadRequest(request);
        if (named != client)
        {
            throw Refuse("foreign-client", $"The certificate request names '{named}', but the device is authenticated as '{client}'. Use its ID.");
        }

        lock (_lock)
        {
            return Issue("renewed", client, request, token: null, key);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static ProblemException Refuse(string reason, string detail) => new(StatusCodes.Status403Forbidden, reason, detail);

    /// <summary>Reads the client ID and the public key of a request.</summary>
    private static (ClientId Client, string Key) ReadRequest(ReadOnlySpan<byte> request)
    {
        try
        {
            var signed = CertificateRequest.LoadSigningRequest(request.ToArray(), HashAlgorithmName.SHA256, out _);
            string name = signed.SubjectName.EnumerateRelativeDistinguishedNames().Single().GetSingleElementValue() ?? "";
            return (new ClientId(name), Convert.ToHexStringLower(SHA256.HashData(signed.PublicKey.ExportSubjectPublicKeyInfo())));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or InvalidOperationException)
        {
            throw BadRequest(error);
        }
    }

    private static ProblemException BadRequest(Exception error) => new(
        StatusCodes.Status400BadRequest, "certificate-request", $"The certificate request is not valid: {error.Message} Send a PKCS#10 request for a P-256 key, with the client ID as its only subject.");

    private X509Certificate2 Issue(string kind, ClientId client, ReadOnlySpan<byte> request, string? token, string key)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = _authority.IssueDevice(client, request, _lifetime);
        }
        catch (CryptographicException error)
        {
            throw BadRequest(error);
        }

        Store(new DirectoryEntry
        {
            Kind = kind,
            Client = client.Value,
            Token = token,
            Key = key,
            Certificate = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)),
            At = _time.GetUtcNow(),
            Expires = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        });
        return certificate;
    }

    private void Store(DirectoryEntry entry)
    {
        _file?.Append(entry);
        Apply(entry);
    }

    private void Apply(DirectoryEntry entry)
    {
        ClientId? client = entry.Client is { } name ? new ClientId(name) : null;
        switch (entry.Kind)
        {
            case "token" when entry.Token is { } token:
                _tokens[token] = new Token(client, entry.Expires);
                RemoveExpiredTokens();
                break;
            case "enrolled" or "renewed" when client is { } device && entry.Certificate is { } certificate:
                Admit(device, certificate, entry);
                break;
            case "revoked" when client is { } device && _devices.TryGetValue(device, out Record? record):
                record.Device = record.Device with { IsRevoked = true };
                break;
            default:
                throw new ArgumentException($"The kind '{entry.Kind}' is unknown or a field is missing.");
        }
    }

    private void Admit(ClientId client, string certificate, DirectoryEntry entry)
    {
        if (entry.Token is { } token && _tokens.TryGetValue(token, out Token? used))
        {
            used.Key = entry.Key;
        }

        Record? before = _devices.GetValueOrDefault(client);
        bool renews = entry.Kind == "renewed" && before is { Device.IsRevoked: false };
        if (before is not null)
        {
            if (before.Previous is { } previous)
            {
                _byCertificate.Remove(previous);
            }

            if (!renews)
            {
                _byCertificate.Remove(before.Device.Certificate);
            }
        }

        _devices[client] = new Record(new EnrolledDevice(client, certificate, entry.At, entry.Expires, IsRevoked: false)) { Previous = renews ? before!.Device.Certificate : null };
        _byCertificate[certificate] = client;
    }

    private void RemoveExpiredTokens()
    {
        // Kept for a day after they expire, so that a late device learns the reason.
        DateTimeOffset limit = _time.GetUtcNow() - TimeSpan.FromDays(1);
        foreach (string expired in _tokens.Where(token => token.Value.Expires < limit).Select(token => token.Key).ToArray())
        {
            _tokens.Remove(expired);
        }
    }

    private sealed class Token(ClientId? client, DateTimeOffset expires)
    {
        public ClientId? Client => client;

        public DateTimeOffset Expires => expires;

        /// <summary>Gets or sets the hash of the public key that used the token; null if none has.</summary>
        public string? Key { get; set; }
    }

    private sealed class Record(EnrolledDevice device)
    {
        public EnrolledDevice Device { get; set; } = device;

        /// <summary>Gets the hash of the certificate before the last renewal.</summary>
        public string? Previous { get; init; }
    }
}
