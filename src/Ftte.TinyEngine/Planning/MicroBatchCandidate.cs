using Ftte.Selection;

namespace Ftte.TinyEngine;

/// <summary>One micro-batch size.</summary>
/// <param name="Rank">Its place from the largest size to the smallest.</param>
/// <param name="Engine">The engine options with it.</param>
/// <param name="Profile">What training takes with it.</param>
internal sealed record MicroBatchCandidate(int Rank, EngineOptions Engine, TrainingProfile Profile);
