namespace Wearables.Learning;

/// <summary>Receives the progress of a method.</summary>
/// <param name="share">The share that is done, 0 to 1.</param>
/// <param name="state">The state.</param>
internal delegate void ReportProgress(double share, string state);
