using System.Net;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>Renewals of leases over HTTP.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task A_device_renews_its_lease_until_the_server_declines()
    {
        await using FederatedServer server = CreateServer(SmallLayout, new() { MaxLeaseRenewals = 1 });
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        var client = new ClientId("a b&c=ä?");
        TrainingAssignment assignment = (await proxy.CheckOutAsync(new CheckOutRequest(client, 1, SmallLayout.Fingerprint), new float[17])).Assignment!;

        Assert.True(await proxy.RenewLeaseAsync(client, assignment.UpdateId));
        Assert.False(await proxy.RenewLeaseAsync(client, assignment.UpdateId));
        Assert.False(await proxy.RenewLeaseAsync(new ClientId("b"), assignment.UpdateId));
    }

    [Fact]
    public async Task A_device_renews_no_lease_of_another()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        using DeviceIdentity identity = await DeviceIdentity.EnrollAsync(
            coordinator.Address, coordinator.Directory.CreateToken(TimeSpan.FromMinutes(1)), coordinator.AuthorityFingerprint, new ClientId("a"), Directory.CreateTempSubdirectory("ftte-lease-").FullName);
        using HttpClient http = identity.CreateClient();
        CheckOutResponse other = await server.CheckOutAsync(new CheckOutRequest(new ClientId("b"), 1, SmallLayout.Fingerprint), new float[17]);

        Assert.Equal("foreign-client", await RejectAsync(http, HttpStatusCode.Forbidden, HttpMethod.Post, coordinator.At($"leases/{other.Assignment!.UpdateId}?client=b")));
        Assert.False(await coordinator.Connect(http, SmallLayout).RenewLeaseAsync(new ClientId("b"), other.Assignment.UpdateId));
    }

    [Theory]
    [InlineData("00000000000000ab", "", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("00000000000000ab", "?client=", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("xyz", "?client=a", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("ab", "?client=a", "bad-request", HttpStatusCode.BadRequest)]
    [InlineData("00000000000000ab", "?client=a", "no-such-lease", HttpStatusCode.NotFound)]
    public async Task A_renewal_that_is_not_valid_is_rejected_with_its_reason(string id, string query, string reason, HttpStatusCode status)
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout);
        using HttpClient http = CreateClient();

        Assert.Equal(reason, await RejectAsync(http, status, HttpMethod.Post, coordinator.At($"leases/{id}{query}")));
    }

    [Fact]
    public async Task A_server_without_renewals_declines_them()
    {
        await using TestCoordinator coordinator = await StartAsync(new Ftte.Testing.ScriptedServer(), SmallLayout);

        Assert.False(await coordinator.Connect(SmallLayout).RenewLeaseAsync(new ClientId("a"), new UpdateId(1)));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_a_broken_link()
    {
        using HttpClient http = CreateClient();
        using var proxy = new HttpFederatedServer(http, new Uri("https://localhost:1/ftte"), SmallLayout);

        await Assert.ThrowsAnyAsync<IOException>(async () => await proxy.RenewLeaseAsync(new ClientId("a"), new UpdateId(1)));
    }
}
