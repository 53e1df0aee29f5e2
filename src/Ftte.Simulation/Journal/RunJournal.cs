namespace Ftte.Simulation.Journal;

/// <summary>Specifies a file in which a run stores trained updates, so that it continues after it was stopped or killed.</summary>
/// <remarks>
/// <para>A run with an existing journal processes the same events again from the beginning, but reads trained updates and evaluations from the file. That takes
/// seconds, and the results have the same bits as without the interruption. The journal of a completed run is deleted.</para>
/// <para>The file contains one float32 update per job. An incomplete record at the end is removed, and its job is trained again.
/// Only one run can open the file; others fail with an <see cref="IOException"/>. If the file cannot be written, for example because the disk is full, the run ends with an
/// <see cref="IOException"/>, and continues from the journal when it is started again.</para>
/// </remarks>
/// <param name="Path">The file. It is created if it does not exist.</param>
/// <param name="Description">
/// A description of all settings that the simulator does not know, such as data, learning rates and network. A journal with another description, seed or number of
/// devices is refused with an <see cref="InvalidDataException"/> at the start; a journal with other jobs or models is refused at the first difference.
/// </param>
public sealed record RunJournal(string Path, string Description);
