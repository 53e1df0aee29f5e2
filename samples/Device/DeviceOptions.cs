namespace Device;

/// <summary>Represents the options of the command.</summary>
/// <param name="Server">The address of the coordinator.</param>
/// <param name="Token">The one-time token; null if the device has enrolled.</param>
/// <param name="Authority">The fingerprint of the coordinator's authority; null if the device has enrolled.</param>
/// <param name="Id">The ID of the device; null to choose one from the token.</param>
/// <param name="Folder">The folder of the identity; null for one that is named after the ID.</param>
/// <param name="Model">The network of the zoo.</param>
/// <param name="DataFolder">The folder of the data set; null for generated examples.</param>
/// <param name="Examples">The number of the device's examples.</param>
/// <param name="MemoryBytes">The memory for training, in bytes.</param>
/// <param name="Rounds">The number of accepted updates after which the device stops; 0 for none.</param>
internal sealed record DeviceOptions(
    Uri Server, string? Token, string? Authority, string? Id, string? Folder, string Model, string? DataFolder, int Examples, long MemoryBytes, int Rounds);
