using Ftte.AspNetCore;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests.Identity;

/// <summary>The file of devices and tokens.</summary>
public sealed class DirectoryTests : IDisposable
{
    private readonly DeviceFolder _devices = new();

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task Devices_tokens_and_revocations_survive_a_restart()
    {
        string state = _devices["state"];
        await using FederatedServer server = CreateServer(SmallLayout);
        string token;
        DeviceIdentity a, b;
        await using (TestCoordinator before = await StartWithIdentityAsync(server, identity => identity.Folder = state))
        {
            a = await _devices.EnrollAsync(before, "a");
            b = await _devices.EnrollAsync(before, "b");
            before.Directory.Revoke(b.Client);
            token = before.Directory.CreateToken(TimeSpan.FromHours(1));
            Assert.Throws<IOException>(() => new DeviceDirectory(Authority, TimeSpan.FromDays(1), Path.Combine(state, "devices.jsonl")));
        }

        await File.AppendAllTextAsync(Path.Combine(state, "devices.jsonl"), "{\"kind\":\"revo");
        await using TestCoordinator after = await StartWithIdentityAsync(server, identity => identity.Folder = state);

        Assert.Null(await after.TryCheckOutAsync(a.Certificate));
        Assert.Equal("certificate-revoked", await after.TryCheckOutAsync(b.Certificate, "b"));
        using DeviceIdentity c = await _devices.EnrollAsync(after, "c", token);
        Assert.Null(await after.TryCheckOutAsync(c.Certificate, "c"));
        a.Dispose();
        b.Dispose();
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(Path.Combine(state, "authority.pem")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_file_that_is_corrupt_is_refused_with_its_line()
    {
        string file = _devices["devices.jsonl"];
        File.WriteAllText(file, "{\"kind\":\"token\",\"token\":\"00\",\"at\":\"2026-01-01T00:00:00+00:00\",\"expires\":\"2026-01-01T00:00:00+00:00\"}\nnonsense\n");

        IOException error = Assert.Throws<IOException>(() => new DeviceDirectory(Authority, TimeSpan.FromDays(1), file));

        Assert.Contains("Line 2", error.Message, StringComparison.Ordinal);
    }
}
