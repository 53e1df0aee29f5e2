namespace Ftte.DependencyInjection;

/// <summary>Represents the memory that training the first selection requires on a device.</summary>
/// <param name="Bytes">The memory in bytes.</param>
internal sealed record RequiredMemory(long Bytes);
