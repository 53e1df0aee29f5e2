namespace Ftte.Http.Tests;

/// <summary>Enrolls devices in a temporary folder, which is deleted at the end.</summary>
internal sealed class DeviceFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("ftte-devices-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    /// <summary>Enrolls a device.</summary>
    /// <param name="coordinator">The coordinator.</param>
    /// <param name="client">The ID.</param>
    /// <param name="token">The token; null for a new one.</param>
    /// <param name="folder">The folder of the device; null for its ID.</param>
    public Task<DeviceIdentity> EnrollAsync(TestCoordinator coordinator, string client, string? token = null, string? folder = null) => DeviceIdentity.EnrollAsync(
        coordinator.Address, token ?? coordinator.Directory.CreateToken(TimeSpan.FromHours(1)), coordinator.AuthorityFingerprint, new ClientId(client), this[folder ?? client]);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
