namespace Ftte.PublicApi.Tests.Transports;

/// <summary>A fault of a transport, and the fact that must find it.</summary>
/// <param name="Name">What the faulty transport does.</param>
/// <param name="Fact">The name of the fact.</param>
/// <param name="Plant">Creates the faulty transport.</param>
/// <param name="Hangs">Whether the fault shows as a call that does not end.</param>
internal sealed record PlantedFault(string Name, string Fact, Func<IFederatedServer, ParameterLayout, IFederatedServer> Plant, bool Hangs = false);
