namespace Coordinator;

/// <summary>Represents the options of the command.</summary>
/// <param name="Folder">The folder of the authority, the devices and the state of training.</param>
/// <param name="Host">The name under which devices reach the coordinator.</param>
/// <param name="Port">The port; 0 for a free one.</param>
/// <param name="Model">The network of the zoo.</param>
/// <param name="MemoryBytes">The memory that each device has for training, in bytes.</param>
/// <param name="MayRaiseMemory">True to double the memory until the network can be trained.</param>
/// <param name="Capacity">The number of updates that make a version.</param>
/// <param name="Devices">The number of command lines to print, one token each.</param>
/// <param name="Evaluate">The number of devices that evaluate every fifth version; 0 for none.</param>
/// <param name="Versions">The version after which the coordinator stops; 0 for none.</param>
/// <param name="Database">The connection string of the PostgreSQL database with the state of training; null for an SQLite file in the folder.</param>
/// <param name="Migrate">True to copy the state of training from the SQLite file to the database, and end.</param>
internal sealed record CoordinatorOptions(string Folder, string Host, int Port, string Model, long MemoryBytes, bool MayRaiseMemory, int Capacity, int Devices, int Evaluate, int Versions, string? Database = null, bool Migrate = false)
{
    /// <summary>Gets the SQLite file with the state of training.</summary>
    public string File => Path.Combine(Folder, "federation.db");
}
