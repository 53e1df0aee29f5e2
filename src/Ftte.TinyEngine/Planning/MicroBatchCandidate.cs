using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>Represents a micro-batch size to try.</summary>
/// <param name="Rank">The rank of the size, from 0 for the largest.</param>
/// <param name="Engine">The engine options with this size.</param>
/// <param name="Profile">The costs of training with this size.</param>
internal sealed record MicroBatchCandidate(int Rank, EngineOptions Engine, TrainingProfile Profile);
