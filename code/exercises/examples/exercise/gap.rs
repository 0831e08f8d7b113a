//! The gap of an exercise, which its solution fills.

/// Where the gap begins, in the exercise and in its solution.
pub const BEGIN: &str = "// --- Your code begins here.";

/// Where it ends.
pub const END: &str = "// --- Your code ends here.";

/// Begins the lines of a solution that stand in the exercise's gap, without it. All others in the gap
/// are the solution's alone.
pub const GAP: &str = "// gap|";

/// The text of the exercise that belongs to this solution.
///
/// # Errors
/// Where the gap is not marked, or has no text for the exercise.
pub fn exercise_of(solution: &str) -> Result<String, String> {
    let missing = || format!("`{BEGIN}` or `{END}` is missing");
    let (before, rest) = solution.split_once(BEGIN).ok_or_else(missing)?;
    let (gap, after) = rest.split_once(END).ok_or_else(missing)?;
    let end_of_begin = gap.find('\n').ok_or_else(missing)? + 1;
    let (rest_of_line, lines) = gap.split_at(end_of_begin);
    let indent = &lines[lines.rfind('\n').map_or(0, |last| last + 1)..];
    let of_exercise: String = lines.lines().filter_map(line_of_exercise).collect();
    if of_exercise.is_empty() {
        return Err(format!("no line of the gap begins with `{GAP}`: what does the exercise say?"));
    }
    Ok([before, BEGIN, rest_of_line, &of_exercise, indent, END, after].concat())
}

/// `    // gap|     todo!()` as it stands in the exercise.
fn line_of_exercise(line: &str) -> Option<String> {
    let (indent, text) = line.split_once(GAP)?;
    let text = text.strip_prefix(' ').unwrap_or(text);
    Some(if text.is_empty() { "\n".to_owned() } else { format!("{indent}{text}\n") })
}
