using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>The replacement of the authority as <c>docs/operations.md</c> describes it.</summary>
public sealed class AuthorityTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task A_new_authority_refuses_earlier_certificates_and_devices_enroll_again_under_their_IDs()
    {
        string state = _devices["state"];
        await using FederatedServer server = CreateServer(SmallLayout);
        DeviceIdentity before;
        await using (TestCoordinator first = await StartWithIdentityAsync(server, identity => identity.Folder = state))
        {
            before = await _devices.EnrollAsync(first, "a");
        }

        File.Delete(Path.Combine(state, "authority.pem"));
        File.Delete(Path.Combine(state, "authority.key"));
        await using TestCoordinator second = await StartWithIdentityAsync(server, identity => identity.Folder = state);

        Assert.Equal("certificate-invalid", await second.TryCheckOutAsync(before.Certificate));
        using (HttpClient http = before.CreateClient())
        {
            // The device does not trust the new authority, and keeps trying.
            await Assert.ThrowsAsync<IOException>(async () => await second.Connect(http, SmallLayout).CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1, SmallLayout.Fingerprint), new float[17]));
        }

        Assert.Equal("client-exists", (await Assert.ThrowsAsync<ServerProblemException>(() => _devices.EnrollAsync(second, "a"))).Reason);
        using DeviceIdentity after = await _devices.EnrollAsync(second, "a", second.Directory.CreateToken(TimeSpan.FromHours(1), new ClientId("a")));
        Assert.Null(await second.TryCheckOutAsync(after.Certificate));
        Assert.Equal(after.Certificate.Thumbprint, DeviceIdentity.Load(_devices["a"])!.Certificate.Thumbprint);
        Assert.Equal("certificate-invalid", await second.TryCheckOutAsync(before.Certificate));
        before.Dispose();
    }
}
