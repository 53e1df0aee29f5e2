using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Ftte.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

public sealed class IdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-identity-").FullName;

    private static CheckOutRequest Request(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_device_enrolls_trains_and_is_the_same_device_after_a_restart()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using (DeviceIdentity enrolled = await EnrollAsync(coordinator, "phone-17"))
        {
            Assert.Equal("phone-17", enrolled.Client.Value);
        }

        using DeviceIdentity identity = DeviceIdentity.Load(Path.Combine(_folder, "phone-17"))!;
        using HttpClient http = identity.CreateClient();
        var client = new FederatedClient(
            coordinator.Connect(http, SmallLayout), new StepTrainer(SmallLayout), new FederatedClientOptions { ClientId = identity.Client, MemoryBudgetBytes = 1 });

        Assert.True((await client.RunOnceAsync()).IsAccepted);

        Assert.Equal(new ModelVersion(1), server.Current.Version);
        Assert.Null(DeviceIdentity.Load(Path.Combine(_folder, "other")));
    }

    [Fact]
    public async Task The_private_key_stays_on_the_device_and_only_its_account_can_read_it()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity identity = await EnrollAsync(coordinator, "a");

        string file = Path.Combine(_folder, "a", "identity.pem");
        Assert.Equal(["identity.pem"], Directory.GetFiles(Path.GetDirectoryName(file)!).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Equal(256, identity.Certificate.GetECDsaPrivateKey()!.KeySize);
        Assert.Equal("CN=a", identity.Certificate.Subject);
    }

    [Fact]
    public async Task A_request_without_a_certificate_or_with_one_of_another_authority_is_refused()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using var other = CertificateAuthority.Create("Other");
        using X509Certificate2 foreign = Issue(other, "a", TimeSpan.FromDays(1));
        using var selfSigned = CertificateAuthority.Create("a");

        Assert.Equal("not-authenticated", await CheckOutAsync(coordinator, null));
        Assert.Equal("certificate-invalid", await CheckOutAsync(coordinator, foreign));
        Assert.Equal("certificate-invalid", await CheckOutAsync(coordinator, selfSigned.Certificate));
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

        Assert.Equal("certificate-invalid", await CheckOutAsync(coordinator, expired));
        Assert.Equal("certificate-replaced", await CheckOutAsync(coordinator, unknown));
        Assert.Equal("certificate-invalid", await CheckOutAsync(coordinator, serverCertificate));
    }

    [Fact]
    public async Task A_revoked_device_is_refused_at_once_and_takes_part_again_with_a_token_for_its_ID()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity identity = await EnrollAsync(coordinator, "a");
        using HttpClient http = identity.CreateClient();
        HttpFederatedServer proxy = coordinator.Connect(http, SmallLayout);
        Assert.True((await proxy.CheckOutAsync(Request("a"), new float[17])).IsAssigned);

        Assert.True(coordinator.Directory.Revoke(identity.Client));
        Assert.False(coordinator.Directory.Revoke(new ClientId("nobody")));

        // Over the same connection, too.
        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("a"), new float[17])).Outcome);
        Assert.Equal("certificate-revoked", await CheckOutAsync(coordinator, identity.Certificate));
        Assert.True(Assert.Single(coordinator.Directory.GetDevices()).IsRevoked);

        Assert.Equal("client-exists", (await Assert.ThrowsAsync<ServerProblemException>(() => EnrollAsync(coordinator, "a", folder: "again"))).Reason);
        using DeviceIdentity again = await EnrollAsync(coordinator, "a", coordinator.Directory.CreateToken(TimeSpan.FromHours(1), new ClientId("a")), "again");
        Assert.Null(await CheckOutAsync(coordinator, again.Certificate));
        Assert.Equal("certificate-replaced", await CheckOutAsync(coordinator, identity.Certificate));
    }

    [Fact]
    public async Task A_message_that_names_another_client_is_rejected()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity a = await EnrollAsync(coordinator, "a"), b = await EnrollAsync(coordinator, "b");
        using HttpClient asA = a.CreateClient(), asB = b.CreateClient();
        CheckOutResponse work = await coordinator.Connect(asA, SmallLayout).CheckOutAsync(Request("a"), new float[17]);
        using SparseUpdate update = SparseUpdate.Create(work.Assignment!.CreateHeader(1), new float[17]);
        HttpFederatedServer proxy = coordinator.Connect(asB, SmallLayout);

        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("a"), new float[17])).Outcome);
        Assert.Equal(UpdateOutcome.UnknownClient, (await proxy.SubmitAsync(update)).Outcome);

        Assert.Equal(new ModelVersion(0), server.Current.Version);
        Assert.True((await coordinator.Connect(asA, SmallLayout).SubmitAsync(update)).IsAccepted);
    }

    [Fact]
    public async Task A_token_enrolls_one_device_once()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using DeviceIdentity first = await EnrollAsync(coordinator, "a", token);

        Assert.Equal("token-used", await RefusalAsync("b", token));
        Assert.Equal("token-used", await RefusalAsync("a", token, folder: "stolen"));
        Assert.Equal("token-unknown", await RefusalAsync("b", new string('0', 64)));
        Assert.Equal("token-client", await RefusalAsync("b", coordinator.Directory.CreateToken(TimeSpan.FromHours(1), new ClientId("c"))));
        Assert.Equal("token-expired", await RefusalAsync("b", coordinator.Directory.CreateToken(TimeSpan.FromTicks(1))));
        Assert.Equal(["a"], coordinator.Directory.GetDevices().Select(device => device.Client.Value));

        async Task<string?> RefusalAsync(string client, string token, string? folder = null) =>
            (await Assert.ThrowsAsync<ServerProblemException>(() => EnrollAsync(coordinator, client, token, folder ?? client + "-refused"))).Reason;
    }

    [Fact]
    public async Task A_device_whose_enrollment_was_not_answered_repeats_it_with_the_same_token()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "a")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "pending.key"), key.ExportPkcs8PrivateKeyPem());
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate);
        using HttpResponseMessage lost = await PostRequestAsync(http, coordinator, token, "a", key);
        Assert.Equal(HttpStatusCode.OK, lost.StatusCode);

        using DeviceIdentity identity = await EnrollAsync(coordinator, "a", token);

        Assert.Null(await CheckOutAsync(coordinator, identity.Certificate));
    }

    [Fact]
    public async Task A_server_with_another_authority_gets_no_token()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));

        IOException error = await Assert.ThrowsAsync<IOException>(() => DeviceIdentity.EnrollAsync(coordinator.Address, token, new string('a', 64), new ClientId("a"), _folder));

        Assert.Contains("Nothing was sent", error.Message, StringComparison.Ordinal);
        Assert.Empty(coordinator.Directory.GetDevices());
    }

    [Fact]
    public async Task A_renewed_certificate_replaces_the_one_before_the_previous()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity first = await EnrollAsync(coordinator, "a");
        Assert.False(first.ShouldRenew());

        using DeviceIdentity second = await first.RenewAsync(coordinator.Address);

        Assert.NotEqual(first.Certificate.Thumbprint, second.Certificate.Thumbprint);
        Assert.Equal(second.Certificate.Thumbprint, DeviceIdentity.Load(Path.Combine(_folder, "a"))!.Certificate.Thumbprint);
        Assert.Null(await CheckOutAsync(coordinator, second.Certificate));
        Assert.Null(await CheckOutAsync(coordinator, first.Certificate));
        using DeviceIdentity third = await second.RenewAsync(coordinator.Address);
        Assert.Equal("certificate-replaced", await CheckOutAsync(coordinator, first.Certificate));
        Assert.Null(await CheckOutAsync(coordinator, third.Certificate));
    }

    [Fact]
    public async Task Devices_tokens_and_revocations_survive_a_restart()
    {
        string state = Path.Combine(_folder, "state");
        await using FederatedServer server = CreateServer(SmallLayout);
        string token;
        DeviceIdentity a, b;
        await using (TestCoordinator before = await StartWithIdentityAsync(server, identity => identity.Folder = state))
        {
            a = await EnrollAsync(before, "a");
            b = await EnrollAsync(before, "b");
            before.Directory.Revoke(b.Client);
            token = before.Directory.CreateToken(TimeSpan.FromHours(1));
            Assert.Throws<IOException>(() => new DeviceDirectory(Authority, TimeSpan.FromDays(1), Path.Combine(state, "devices.jsonl")));
        }

        await File.AppendAllTextAsync(Path.Combine(state, "devices.jsonl"), "{\"kind\":\"revo");
        await using TestCoordinator after = await StartWithIdentityAsync(server, identity => identity.Folder = state);

        Assert.Null(await CheckOutAsync(after, a.Certificate));
        Assert.Equal("certificate-revoked", await CheckOutAsync(after, b.Certificate, "b"));
        using DeviceIdentity c = await EnrollAsync(after, "c", token);
        Assert.Null(await CheckOutAsync(after, c.Certificate, "c"));
        a.Dispose();
        b.Dispose();
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(Path.Combine(state, "authority.pem")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_file_that_is_corrupt_is_refused_with_its_line()
    {
        string file = Path.Combine(_folder, "devices.jsonl");
        File.WriteAllText(file, "{\"kind\":\"token\",\"token\":\"00\",\"at\":\"2026-01-01T00:00:00+00:00\",\"expires\":\"2026-01-01T00:00:00+00:00\"}\nnonsense\n");

        IOException error = Assert.Throws<IOException>(() => new DeviceDirectory(Authority, TimeSpan.FromDays(1), file));

        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
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
    public async Task An_administrator_lists_devices_creates_tokens_and_revokes()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(
            server,
            configure: builder => builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireClaim(ClaimTypes.NameIdentifier, "admin")),
            map: app => app.MapFtteAdmin());
        using DeviceIdentity admin = await EnrollAsync(coordinator, "admin"), device = await EnrollAsync(coordinator, "device");
        using HttpClient http = admin.CreateClient(), other = device.CreateClient();

        Assert.Equal("not-authorized", await RejectAsync(other, HttpStatusCode.Forbidden, HttpMethod.Get, coordinator.At("admin/devices")));
        Assert.Equal("not-authorized", await RejectAsync(other, HttpStatusCode.Forbidden, HttpMethod.Post, coordinator.At("admin/tokens"), Content("{}"u8.ToArray(), "application/json")));

        using JsonDocument devices = JsonDocument.Parse(await http.GetStringAsync(coordinator.At("admin/devices")));
        Assert.Equal(["admin", "device"], devices.RootElement.EnumerateArray().Select(d => d.GetProperty("client").GetString()));
        using HttpResponseMessage created = await http.PostAsync(coordinator.At("admin/tokens"), Content("{\"client\":\"new\"}"u8.ToArray(), "application/json"));
        using JsonDocument token = JsonDocument.Parse(await created.Content.ReadAsStringAsync());
        Assert.Equal(coordinator.AuthorityFingerprint, token.RootElement.GetProperty("authority").GetString());
        using DeviceIdentity enrolled = await EnrollAsync(coordinator, "new", token.RootElement.GetProperty("token").GetString());
        using HttpResponseMessage revoked = await http.PostAsync(coordinator.At("admin/devices/new/revoke"), null);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal("certificate-revoked", await CheckOutAsync(coordinator, enrolled.Certificate, "new"));
        Assert.Equal("no-such-device", await RejectAsync(http, HttpStatusCode.NotFound, HttpMethod.Post, coordinator.At("admin/devices/nobody/revoke")));
        Assert.Equal("bad-request", await RejectAsync(http, HttpStatusCode.BadRequest, HttpMethod.Post, coordinator.At("admin/tokens"), Content("{\"validMinutes\":0}"u8.ToArray(), "application/json")));
    }

    [Fact]
    public async Task The_administration_requires_a_policy_of_the_app() => await Assert.ThrowsAsync<InvalidOperationException>(async () =>
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, map: app => app.MapFtteAdmin());
    });

    [Fact]
    public async Task An_app_can_authenticate_devices_by_its_own_scheme()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, configure: builder =>
        {
            builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, NameScheme>("Names", null);
            builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.DevicePolicy, policy => policy.AddAuthenticationSchemes("Names").RequireAuthenticatedUser());
        });
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate);
        HttpFederatedServer proxy = coordinator.Connect(http, SmallLayout);

        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("a"), new float[17])).Outcome);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Names", "a");
        Assert.True((await proxy.CheckOutAsync(Request("a"), new float[17])).IsAssigned);
        Assert.Equal(CheckOutOutcome.UnknownClient, (await proxy.CheckOutAsync(Request("b"), new float[17])).Outcome);
    }

    [Fact]
    public async Task A_device_that_asks_too_often_is_slowed_down_and_others_are_not()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, identity => (identity.Limits.RequestsPerSecond, identity.Limits.Burst) = (1, 10));
        using DeviceIdentity fast = await EnrollAsync(coordinator, "fast"), slow = await EnrollAsync(coordinator, "slow");
        using HttpClient asFast = fast.CreateClient(), asSlow = slow.CreateClient();
        HttpFederatedServer proxy = coordinator.Connect(asFast, SmallLayout);
        var outcomes = new List<CheckOutResponse>();
        for (int i = 0; i < 20; i++)
        {
            outcomes.Add(await proxy.CheckOutAsync(Request("fast"), new float[17]));
        }

        Assert.Contains(outcomes, response => response.Outcome == CheckOutOutcome.Busy && response.RetryAfter >= TimeSpan.FromSeconds(1));
        Assert.True((await coordinator.Connect(asSlow, SmallLayout).CheckOutAsync(Request("slow"), new float[17])).IsAssigned);
    }

    [Fact]
    public async Task Logs_contain_no_secrets()
    {
        var log = new MemoryLog();
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, configure: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
        });
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using DeviceIdentity identity = await EnrollAsync(coordinator, "a", token);
        await Assert.ThrowsAsync<ServerProblemException>(() => EnrollAsync(coordinator, "b", token, "b"));

        string text = log.ToString();
        Assert.Contains("token-used", text, StringComparison.Ordinal);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
    }

    private static X509Certificate2 Issue(CertificateAuthority authority, string client, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = authority.IssueDevice(new ClientId(client), new CertificateRequest($"CN={client}", key, HashAlgorithmName.SHA256).CreateSigningRequest(), lifetime);
        using X509Certificate2 whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Asks for work with a certificate; returns the reason of the refusal, null if there was none.</summary>
    private static async Task<string?> CheckOutAsync(TestCoordinator coordinator, X509Certificate2? certificate, string client = "a")
    {
        using HttpClient http = CreateClient(authority: coordinator.Services.GetRequiredService<CertificateAuthority>().Certificate, certificate: certificate);
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        Ftte.Wire.CheckOutRequestMessage.Write(body, Request(client));
        using HttpResponseMessage response = await SendAsync(http, HttpMethod.Post, coordinator.At("check-out"), Content(body.WrittenSpan.ToArray()));
        return response.IsSuccessStatusCode ? null : await ReadProblemAsync(response, HttpStatusCode.Forbidden);
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

    private Task<DeviceIdentity> EnrollAsync(TestCoordinator coordinator, string client, string? token = null, string? folder = null) => DeviceIdentity.EnrollAsync(
        coordinator.Address, token ?? coordinator.Directory.CreateToken(TimeSpan.FromHours(1)), coordinator.AuthorityFingerprint, new ClientId(client), Path.Combine(_folder, folder ?? client));

    /// <summary>Authenticates a device by the name that it states, as an app would by its bearer token.</summary>
    private sealed class NameScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string[] header = Request.Headers.Authorization.ToString().Split(' ');
            return Task.FromResult(header is ["Names", { } name]
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "Names")), "Names"))
                : AuthenticateResult.NoResult());
        }
    }

    private sealed class MemoryLog : ILoggerProvider, ILogger
    {
        private readonly StringBuilder _text = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_text)
            {
                _text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }

        public override string ToString()
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }

        public void Dispose()
        {
        }
    }
}
