using System.Net.Http.Headers;
using System.Security.Claims;
using Ftte.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>Devices that the app authenticates by itself.</summary>
public sealed class OwnSchemeTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    private static CheckOutRequest Request(string client) => new(new ClientId(client), 1, SmallLayout.Fingerprint);

    public void Dispose() => _devices.Dispose();

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
}
