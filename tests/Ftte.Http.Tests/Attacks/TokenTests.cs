using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Attacks;

/// <summary>Tokens that are used twice, guessed, expired or for another device.</summary>
public sealed class TokenTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_token_enrolls_one_device_once()
    {
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartWithIdentityAsync(server);
        string token = coordinator.Directory.CreateToken(TimeSpan.FromHours(1));
        using DeviceIdentity first = await _devices.EnrollAsync(coordinator, "a", token);

        Assert.Equal("token-used", await RefusalAsync("b", token));
        Assert.Equal("token-used", await RefusalAsync("a", token, folder: "stolen"));
        Assert.Equal("token-unknown", await RefusalAsync("b", new string('0', 64)));
        Assert.Equal("token-client", await RefusalAsync("b", coordinator.Directory.CreateToken(TimeSpan.FromHours(1), new ClientId("c"))));
        Assert.Equal("token-expired", await RefusalAsync("b", coordinator.Directory.CreateToken(TimeSpan.FromTicks(1))));
        Assert.Equal(["a"], coordinator.Directory.GetDevices().Select(device => device.Client.Value));

        async Task<string?> RefusalAsync(string client, string token, string? folder = null) =>
            (await Assert.ThrowsAsync<ServerProblemException>(() => _devices.EnrollAsync(coordinator, client, token, folder ?? client + "-refused"))).Reason;
    }
}
