using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ftte.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Certificates that are missing, wrong, expired, replaced or revoked.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    private static CheckOutRequest Request(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_request_without_a_certificate_or_with_one_of_another_authority_is_refused()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using var other = CertificateAuthority.Create("Other");
        using X509Certificate2 foreign = Issue(other, "a", TimeSpan.FromDays(1));
        using var selfSigned = CertificateAuthority.Create("a");

        Assert.Equal("not-authenticated", await coordinator.TryCheckOutAsync(null));
        Assert.Equal("certificate-invalid", await coordinator.TryCheckOutAsync(foreign));
        Assert.Equal("certificate-invalid", await coordinator.TryCheckOutAsync(selfSigned.Certificate));
    }

    [Fact]
    public async Task An_expired_certificate_and_one_that_was_never_handed_out_are_refused()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        CertificateAuthority authority = coordinator.Services.GetRequiredService<CertificateAuthority>();
        using X509Certificate2 expired = Issue(authority, "a", TimeSpan.FromTicks(1));
        using X509Certificate2 unknown = Issue(authority, "a", TimeSpan.FromDays(1));
        using X509Certificate2 serverCertificate = authority.IssueServer(["a"], TimeSpan.FromDays(1));

        Assert.Equal("certificate-invalid", await coordinator.TryCheckOutAsync(expired));
        Assert.Equal("certificate-replaced", await coordinator.TryCheckOutAsync(unknown));
        Assert.Equal("certificate-invalid", await coordinator.TryCheckOutAsync(serverCertificate));
    }

    [Fact]
    public async Task A_revoked_device_is_refused_at_once_and_takes_part_again_with_a_token_for_its_ID()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a");
        using HttpClient http = identity.CreateClient();
        HttpFederatedServer proxy = coordinator.Connect(http, SmallLayout);
        Assert.True((await proxy.CheckOutAsync(Request("a"), new float[17])).IsAssigned);

        Assert.True(coordinator.Directory.Revoke(identity.Client));
        Assert.False(coordinator.Directory.Revoke(new ClientId("nobody")));

        // Over the same connection, too.
        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("a"), new float[17])).Outcome);
        Assert.Equal("certificate-revoked", await coordinator.TryCheckOutAsync(identity.Certificate));
        Assert.True(Assert.Single(coordinator.Directory.GetDevices()).IsRevoked);

        Assert.Equal("client-exists", (await Assert.ThrowsAsync<ServerProblemException>(() => _devices.EnrollAsync(coordinator, "a", folder: "again"))).Reason);
        using DeviceIdentity again = await _devices.EnrollAsync(coordinator, "a", coordinator.Directory.CreateToken(TimeSpan.FromHours(1), new ClientId("a")), "again");
        Assert.Null(await coordinator.TryCheckOutAsync(again.Certificate));
        Assert.Equal("certificate-replaced", await coordinator.TryCheckOutAsync(identity.Certificate));
    }

    private static X509Certificate2 Issue(CertificateAuthority authority, string client, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = authority.IssueDevice(new ClientId(client), new CertificateRequest($"CN={client}", key, HashAlgorithmName.SHA256).CreateSigningRequest(), lifetime);
        using X509Certificate2 whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }
}
