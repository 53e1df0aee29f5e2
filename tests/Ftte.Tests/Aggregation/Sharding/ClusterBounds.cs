namespace Ftte.Tests.Aggregation;

/// <summary>Represents the bounds within which a <see cref="ClusterModel"/> is explored.</summary>
/// <param name="Updates">The number of updates, each of another client.</param>
/// <param name="Shards">The number of shards.</param>
/// <param name="Capacity">K.</param>
/// <param name="Crashes">The number of crashes of shards and publishers.</param>
/// <param name="Losses">The number of lost messages and of transactions whose result is lost.</param>
/// <param name="Repeats">The number of updates that are sent again although they may have arrived.</param>
/// <param name="ExtraPublishers">The number of publishers that start while another one runs.</param>
/// <param name="RefusedBuffer">The number of the buffer whose version is refused; -1 for none.</param>
/// <param name="Timeouts">The number of buffers that are closed before they are complete.</param>
internal sealed record ClusterBounds(int Updates, int Shards, int Capacity, int Crashes = 0, int Losses = 0, int Repeats = 0, int ExtraPublishers = 0, int RefusedBuffer = -1, int Timeouts = 0);
