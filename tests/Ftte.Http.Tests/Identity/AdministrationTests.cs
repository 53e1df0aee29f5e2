using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Ftte.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>What an administrator does while the server runs.</summary>
public sealed class AdministrationTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task An_administrator_lists_devices_creates_tokens_and_revokes()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(
            server,
            configure: builder => builder.Services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.AdminPolicy, policy => policy.RequireClaim(ClaimTypes.NameIdentifier, "admin")),
            map: app => app.MapFtteAdmin());
        using DeviceIdentity admin = await _devices.EnrollAsync(coordinator, "admin"), device = await _devices.EnrollAsync(coordinator, "device");
        using HttpClient http = admin.CreateClient(), other = device.CreateClient();

        Assert.Equal("not-authorized", await RejectAsync(other, HttpStatusCode.Forbidden, HttpMethod.Get, coordinator.At("admin/devices")));
        Assert.Equal("not-authorized", await RejectAsync(other, HttpStatusCode.Forbidden, HttpMethod.Post, coordinator.At("admin/tokens"), Content("{}"u8.ToArray(), "application/json")));

        using JsonDocument devices = JsonDocument.Parse(await http.GetStringAsync(coordinator.At("admin/devices")));
        Assert.Equal(["admin", "device"], devices.RootElement.EnumerateArray().Select(d => d.GetProperty("client").GetString()));
        using HttpResponseMessage created = await http.PostAsync(coordinator.At("admin/tokens"), Content("{\"client\":\"new\"}"u8.ToArray(), "application/json"));
        using JsonDocument token = JsonDocument.Parse(await created.Content.ReadAsStringAsync());
        Assert.Equal(coordinator.AuthorityFingerprint, token.RootElement.GetProperty("authority").GetString());
        using DeviceIdentity enrolled = await _devices.EnrollAsync(coordinator, "new", token.RootElement.GetProperty("token").GetString());
        using HttpResponseMessage revoked = await http.PostAsync(coordinator.At("admin/devices/new/revoke"), null);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal("certificate-revoked", await coordinator.TryCheckOutAsync(enrolled.Certificate, "new"));
        Assert.Equal("no-such-device", await RejectAsync(http, HttpStatusCode.NotFound, HttpMethod.Post, coordinator.At("admin/devices/nobody/revoke")));
        Assert.Equal("bad-request", await RejectAsync(http, HttpStatusCode.BadRequest, HttpMethod.Post, coordinator.At("admin/tokens"), Content("{\"validMinutes\":0}"u8.ToArray(), "application/json")));
    }

    [Fact]
    public async Task The_administration_requires_a_policy_of_the_app() => await Assert.ThrowsAsync<InvalidOperationException>(async () =>
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server, map: app => app.MapFtteAdmin());
    });
}
