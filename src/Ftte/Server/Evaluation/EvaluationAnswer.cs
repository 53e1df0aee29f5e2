using System.Collections.Immutable;

namespace Ftte;

/// <summary>Represents the answer of one device to an evaluation.</summary>
/// <param name="Client">The client.</param>
/// <param name="Group">The group of the client; null for none.</param>
/// <param name="ExampleCount">The number of examples that the device reports, at least 1.</param>
/// <param name="Values">One value per metric.</param>
public sealed record EvaluationAnswer(ClientId Client, string? Group, int ExampleCount, ImmutableArray<float> Values);
