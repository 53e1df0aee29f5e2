namespace Ftte.Simulation.Journal;

/// <summary>Where a run keeps what was trained, so that one that was stopped or killed goes on where it was.</summary>
/// <remarks>
/// <para>A run that finds its journal goes through the same events again, from the beginning, but takes from the file what devices had trained and how good models
/// were: that takes seconds, and the results are the same bits as if it had never stopped. The journal of a run that came to its end is deleted.</para>
/// <para>The file holds one update per job, as float32. Whatever a crash left half-written at its end is cut off and trained again.
/// While a run has it open, another is refused with <see cref="IOException"/>. If it cannot be written, for example because the disk is full, the run ends with an
/// <see cref="IOException"/> that says so, and continues from the journal when it is started again.</para>
/// </remarks>
/// <param name="Path">The file; made if it is not there.</param>
/// <param name="Description">
/// Everything by which runs differ and which the simulator cannot see, such as data, devices' step sizes and network: the journal of a run with another description,
/// seed or number of devices is refused with <see cref="InvalidDataException"/> at once, and one whose jobs were others or began with other models when it comes to them.
/// </param>
public sealed record RunJournal(string Path, string Description);
