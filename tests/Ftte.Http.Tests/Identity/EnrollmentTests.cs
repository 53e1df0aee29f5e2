using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ftte.AspNetCore;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>How a device gets its key and its certificate.</summary>
public sealed class EnrollmentTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_device_enrolls_trains_and_is_the_same_device_after_a_restart()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using (DeviceIdentity enrolled = await _devices.EnrollAsync(coordinator, "phone-17"))
        {
            Assert.Equal("phone-17", enrolled.Client.Value);
        }

        using DeviceIdentity identity = DeviceIdentity.Load(_devices["phone-17"])!;
        using HttpClient http = identity.CreateClient();
        var client = new FederatedClient(
            coordinator.Connect(http, SmallLayout), new StepTrainer(SmallLayout), new FederatedClientOptions { ClientId = identity.Client, MemoryBudgetBytes = 1 });

        Assert.True((await client.RunOnceAsync()).IsAccepted);

        Assert.Equal(new ModelVersion(1), server.Current.Version);
        Assert.Null(DeviceIdentity.Load(_devices["other"]));
    }

    [Fact]
    public async Task The_private_key_stays_on_the_device_and_only_its_account_can_read_it()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a");

        string file = Path.Combine(_devices["a"], "identity.pem");
        Assert.Equal(["identity.pem"], Directory.GetFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Equal(256, identity.Certificate.GetECDsaPrivateKey()!.KeySize);
        Assert.Equal("CN=a", identity.Certificate.Subject);
    }

    [Fact]
    public async Task A_device_whose_enrollment_was_not_answered_repeats_it_with_the_same_token()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string folder = Directory.CreateDirectory(_devices["a"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "pending.key"), key.ExportPkcs8PrivateKeyPem());
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate);
        using HttpResponseMessage lost = await PostRequestAsync(http, coordinator, token, "a", key);
        Assert.Equal(HttpStatusCode.OK, lost.StatusCode);

        using DeviceIdentity identity = await _devices.EnrollAsync(coordinator, "a", token);

        Assert.Null(await coordinator.TryCheckOutAsync(identity.Certificate));
    }

    [Fact]
    public async Task A_server_with_another_authority_gets_no_token()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));

        IOException error = await Assert.ThrowsAsync<IOException>(() => DeviceIdentity.EnrollAsync(coordinator.Address, token, new string('a', 64), new ClientId("a"), _devices["a"]));

        Assert.Contains("Nothing was sent", error.Message, StringComparison.Ordinal);
        Assert.Empty(coordinator.Directory.GetDevices());
    }

    [Fact]
    public async Task A_certificate_request_with_another_key_or_a_bad_signature_is_rejected()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] changed = new CertificateRequest("CN=a", p256, HashAlgorithmName.SHA256).CreateSigningRequest();
        changed[^5] ^= 1;

        Assert.Equal("certificate-request", await ReadProblemAsync(await PostRequestAsync(http, coordinator, token, "a", p384), HttpStatusCode.BadRequest));
        Assert.Equal("certificate-request", await ReadProblemAsync(await PostAsync(http, coordinator, token, changed), HttpStatusCode.BadRequest));
        Assert.Equal("certificate-request", await ReadProblemAsync(await PostAsync(http, coordinator, token, [1, 2, 3]), HttpStatusCode.BadRequest));
        Assert.Equal("too-large", await ReadProblemAsync(await PostAsync(http, coordinator, token, new byte[5000]), HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal("token-missing", await ReadProblemAsync(await PostAsync(http, coordinator, null, changed), HttpStatusCode.Unauthorized));
        Assert.Empty(coordinator.Directory.GetDevices());
    }

    [Fact]
    public async Task A_renewed_certificate_replaces_the_one_before_the_previous()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity first = await _devices.EnrollAsync(coordinator, "a");
        Assert.False(first.ShouldRenew());

        using DeviceIdentity second = await first.RenewAsync(coordinator.Address);

        Assert.NotEqual(first.Certificate.Thumbprint, second.Certificate.Thumbprint);
        Assert.Equal(second.Certificate.Thumbprint, DeviceIdentity.Load(_devices["a"])!.Certificate.Thumbprint);
        Assert.Null(await coordinator.TryCheckOutAsync(second.Certificate));
        Assert.Null(await coordinator.TryCheckOutAsync(first.Certificate));
        using DeviceIdentity third = await second.RenewAsync(coordinator.Address);
        Assert.Equal("certificate-replaced", await coordinator.TryCheckOutAsync(first.Certificate));
        Assert.Null(await coordinator.TryCheckOutAsync(third.Certificate));
    }

    private static Task<HttpResponseMessage> PostRequestAsync(HttpClient http, TestCoordinator coordinator, string token, string client, ECDsa key) =>
        PostAsync(http, coordinator, token, new CertificateRequest($"CN={client}", key, HashAlgorithmName.SHA256).CreateSigningRequest());

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, TestCoordinator coordinator, string? token, byte[] request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, coordinator.At("enroll")) { Content = Content(request, "application/pkcs10") };
        message.Headers.Add("Ftte-Version", "1");
        message.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Ftte-Token", token);
        return await http.SendAsync(message);
    }
}
