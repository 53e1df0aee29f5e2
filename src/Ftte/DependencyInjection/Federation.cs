namespace Ftte.DependencyInjection;

/// <summary>Represents a server or a client that was added to a container.</summary>
/// <param name="Service">The type of the server or client.</param>
/// <param name="Name">The name, which is the key of its services; null if it has none.</param>
internal sealed record Federation(Type Service, string? Name)
{
    public override string ToString() => Name is null ? $"The {Service.Name}" : $"The {Service.Name} '{Name}'";
}
